// A file as netascii (RFC 764's NVT as RFC 1350 section 1 uses it): LF becomes CR LF, CR becomes CR NUL. The encoded size is
// not known before the end, so tsize is not answered in this mode.
#pragma once

#include "tftpd/tftp/block_source.h"

#include <memory>

namespace branchline::tftp {

/// The netascii form of `plain`. Reads must go forward or repeat at most the last 64 KiB, as a transfer does. Not for use by
/// two transfers at once.
std::shared_ptr<const BlockSource> as_netascii(std::shared_ptr<const BlockSource> plain);

}  // namespace branchline::tftp
