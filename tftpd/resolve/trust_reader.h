// Looks into a trust list or a signed configuration on its way to a phone for what it says of signatures, so that a phone that
// does not believe it can be told from one that does (phones/verdict).
#pragma once

#include "tftpd/phones/file_trust.h"
#include "tftpd/store/content.h"

#include <string_view>

namespace branchline {

/// `name` as the phone asked; others than trust lists and devices' configurations are not looked at, nor is what is empty or
/// has not arrived yet. Reads 64 KiB at most.
FileTrust read_trust(std::string_view name, const Content& content);

}  // namespace branchline
