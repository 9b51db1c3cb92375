// The parts that verdict.cc is made of, for themselves alone: each looks at one stretch of a phone's way, and the words they
// share.
#pragma once

#include "tftpd/phones/verdict.h"

#include <optional>
#include <string>
#include <vector>

namespace branchline::verdict_parts {

Verdict nothing_heard();
/// A lease was given, or not, and no file was asked for.
Verdict judge_dhcp(const Boot& boot, const VerdictContext& context);
/// What follows the first file request, in the phone's latest boot.
Verdict judge_files(const PhoneTimeline& phone, const VerdictContext& context);
/// It got its configuration: may it believe it? Nothing if there is no reason why not.
std::optional<Verdict> judge_trust(const PhoneTimeline& phone, const VerdictContext& context);

// By a name's key.
bool is_configuration(const std::string& key);
bool is_trust_list(const std::string& key);  ///< CTLSEP…, ITLSEP…, and those that all phones of a cluster share
bool is_firmware(const std::string& key);    ///< a load, or a file of one: sip88xx.14-1-1.loads and what it lists

std::string ago(Duration past);  ///< "90 s", "5 min", "3 h"
std::string joined(const std::vector<std::string>& words);
std::string times(unsigned count);  ///< "once", "twice", "3 times"

}  // namespace branchline::verdict_parts
