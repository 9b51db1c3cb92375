// What a phone and the Trust Verification Service say to each other, as captures of Unified CM's service show it. Sans-IO.
//
//   0x57 0x01  command(1)  flags(1)  session(4)  length(2)  | elements: tag(1) length(2) value
//
//   3  query       1 kind of device (1 byte) and its name   3 subject NUL   4 issuer NUL   5 serial number
//   4  its answer  7 status (1 byte, 0 = known)   2 certificate, DER   8 roles, a byte each   9 lifetime, seconds (4 bytes)
//
// Numbers are big-endian. Known from captures: the queries' tags 1 and 3 and all lengths, the whole answer to a certificate
// that is known; inferred: the tags 4 and 5, and which byte is what in element 8. The command 1 (verify this certificate) has
// not been seen with its elements and is not answered.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace branchline::tvs {

enum class Command : std::uint8_t { verify = 1, verified = 2, query = 3, answer = 4 };

inline constexpr std::size_t head_size = 10;        ///< bytes
inline constexpr std::size_t max_query = 4u << 10;  ///< bytes with the head; captured ones have 153
inline constexpr std::size_t max_name = 1024;       ///< bytes of a subject or issuer, the NUL not counted
inline constexpr std::size_t max_serial = 64;       ///< bytes

/// A phone that has seen a signature of somebody it does not know.
struct Query {
    std::uint32_t session = 0;
    std::string device;  ///< such as CP-8861-SEPB000B4BA0AEE
    std::string subject;
    std::string issuer;
    Bytes serial;
};

struct Head {
    Command command{};
    std::uint32_t session = 0;
    std::uint16_t length = 0;  ///< bytes of the elements
};

/// The first head_size bytes. A Failure: not this protocol, or longer than max_query.
Result<Head> parse_head(ByteView bytes);
/// The elements of a query; each that is needed must be there once, and what is not known is passed over.
Result<Query> parse_query(const Head& head, ByteView elements);

/// What is told of a certificate.
struct Known {
    Bytes certificate;                 ///< DER
    std::vector<std::uint8_t> roles;   ///< numbers as in trust lists (trust_list.h)
    std::chrono::seconds lifetime{0};  ///< for which the phone may keep it
};

/// The answer to a query; none = not known here.
Bytes answer_message(std::uint32_t session, const std::optional<Known>& known);

}  // namespace branchline::tvs
