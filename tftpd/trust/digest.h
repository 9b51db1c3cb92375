// The hash functions of signed files and certificates.
#pragma once

#include "tftpd/base/bytes.h"

#include <initializer_list>
#include <string>

namespace branchline::trust {

/// The numbers are those of a signed file's DIGESTALGO element, but for md5, which only fingerprints use.
enum class Digest : std::uint8_t { md5 = 0, sha1 = 1, sha256 = 2, sha512 = 3 };

/// "SHA-1", "SHA-512" …
const char* digest_name(Digest digest);

/// The hash over the parts, as if they were one after another.
Bytes hash(Digest digest, std::initializer_list<ByteView> parts);

/// Lower case hexadecimal digits, nothing between them.
std::string hex(ByteView bytes);

}  // namespace branchline::trust
