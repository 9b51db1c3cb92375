// Which names have to do with signatures, by their spelling alone. A phone that has a trust list asks for "ringlist.xml.sgn";
// the file itself is "ringlist.xml".
#pragma once

#include "tftpd/store/file_name.h"

#include <optional>

namespace branchline {

/// May this proxy put a signature on the file, or take one off? Not firmware, which phones check by a key of its maker; not
/// trust lists, which are signed inside; not encrypted configurations, which their cluster made for one phone; and not what is
/// signed.
bool may_be_enveloped(const FileName& plain);

/// Firmware, by its name's end. Phones check it by a key of its maker, which is in them.
bool is_firmware(const FileName& name);

/// "x" of "x.sgn", if this proxy may sign "x".
std::optional<FileName> plain_name(const FileName& asked);

/// "x.sgn" of "x", if this proxy may take its envelope off.
std::optional<FileName> signed_name(const FileName& asked);

}  // namespace branchline
