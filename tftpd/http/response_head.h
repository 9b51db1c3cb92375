// The head of an answer, byte for byte. Phones have been tested against one server only, so names, their spelling and their
// order are those that CUCM's TFTP service sends on port 6970; what is added (chunked coding, "Connection", "Retry-After",
// "Allow") appears only where that server has nothing to say. No "Server", no "Date": the box may have no clock yet (RFC 9110
// 6.6.1), and strangers are not told what runs here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace branchline {

struct ResponseHead {
    unsigned status = 200;
    std::optional<std::uint64_t> length{};  ///< bytes of the body; of errors only a 403 may have one, in plain text
    bool chunked = false;                   ///< the body comes in chunks (RFC 9112 7.1), if `length` is not known
    bool close = false;                     ///< the connection ends after this answer
};

/// Seconds after which a phone may ask again when the clusters cannot be reached (503).
inline constexpr unsigned retry_after_seconds = 5;

/// The head with the empty line that ends it. Statuses other than 200, 400, 403, 404, 405, 413, 431 and 503 are our own
/// mistake.
std::string format(const ResponseHead& head);

/// What stands before a chunk of `size` bytes; after it comes chunk_end, and after the last one last_chunk.
std::string chunk_begin(std::size_t size);
inline constexpr char chunk_end[] = "\r\n";
inline constexpr char last_chunk[] = "0\r\n\r\n";

}  // namespace branchline
