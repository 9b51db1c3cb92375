// From the target of a GET to the name a phone means. The name is not made safe here: that is FileName's work, and it must see
// exactly what the phone wrote, so percent-encoding is undone once and once only ("%252e" stays "%2e").
//
// Taken: origin form ("/NAME?ignored") and absolute form ("http://host/NAME"), which every server must understand (RFC 9112
// 3.2.1, 3.2.2). Anything else is a bad request.
#pragma once

#include "tftpd/base/result.h"

#include <string>
#include <string_view>

namespace branchline {

/// The decoded name with its leading '/'; query and fragment are dropped. The Failure says what is wrong with the target,
/// without repeating it.
Result<std::string> name_from_target(std::string_view target);

}  // namespace branchline
