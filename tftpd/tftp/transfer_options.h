// What a transfer runs with, and how the options of a read request become it (RFC 2347, 2348, 2349, 7440).
// A bad or unknown option is left out of the OACK and the transfer goes on without it: refusing would leave the phone without
// its file, and echoing an illegal value is what RFC 2347 forbids.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/tftp/packet.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace branchline::tftp {

inline constexpr std::uint16_t smallest_block_size = 8;     ///< bytes; RFC 2348
inline constexpr std::uint16_t largest_block_size = 65464;  ///< bytes; RFC 2348
inline constexpr std::uint16_t plain_block_size = 512;      ///< bytes; RFC 1350, without blksize

/// What one transfer runs with. The defaults are plain RFC 1350: a phone that asks for no option gets exactly these, and no
/// OACK.
struct TransferOptions {
    std::uint16_t block_size = plain_block_size;  ///< bytes of file in one DATA; 8..65464 (RFC 2348)
    std::uint16_t window_size = 1;                ///< DATA in flight before an ACK; 1..65535 (RFC 7440)
    std::chrono::seconds timeout{0};  ///< silence before resending asked for by the peer; 1..255 s (RFC 2349); 0 = not asked
    std::optional<std::uint64_t> file_size{};  ///< bytes, only if the peer asked with tsize (RFC 2349)
};

/// What the server itself allows, whatever is asked for.
struct OptionLimits {
    std::uint16_t max_block_size = largest_block_size;  ///< bytes
    std::size_t max_window_bytes = 64 * 1024;           ///< bytes in flight for one transfer; the window is cut to fit
    std::uint16_t max_window_blocks = 256;  ///< the same in datagrams: tiny blocks must not make an ACK cost thousands of them
};

/// The options agreed on and the OACK that says so.
struct Negotiation {
    TransferOptions options;
    /// What the OACK names and says, in the order asked, names in the case they were asked in; empty = no OACK is sent.
    std::vector<std::pair<std::string, std::string>> acknowledged;
};

/// Reads the options of a request. `file_size` is what tsize is answered with; without it tsize is left out.
/// Never fails: what cannot be agreed on is left out.
Negotiation negotiate(const OptionList& asked, std::optional<std::uint64_t> file_size, const OptionLimits& limits);

}  // namespace branchline::tftp
