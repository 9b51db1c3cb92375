// The parts of the daemon know no files: when one refuses a value, this adds the line of the configuration that it came from.
#pragma once

#include <cc/data.h>

#include <functional>

namespace branchline {

/// Runs `work`, which opens what `key` of `document` ("Tftpd" and what is in it) names. A ConfigError without a line is thrown
/// again with the key's, or with that of "Tftpd" where the key was left out.
void opening(const isc::data::ConstElementPtr& document, const char* key, const std::function<void()>& work);

}  // namespace branchline
