// What two boxes say to each other when they exchange clusters and certificates, inside TLS. Sans-IO. Numbers are big-endian.
//
//   "BLX" 0x01  kind(1)  length(4)  | elements: tag(1) length(2) value
//
//   1  offer   1 name   2 TFTP port   3 HTTP port, 0 = off   16 + n  a certificate for the n-th store, DER; any number of them
//   2  ready   nothing: I could take what you offer
//   3  done    nothing: I have taken it, now you take mine
//   4  no      4 why, in words
//
// The fourth byte is the version: who speaks another one is told so, and nothing is guessed.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"
#include "tftpd/trust/certificate_stores.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace branchline::exchange {

inline constexpr std::size_t head_size = 9;            ///< bytes
inline constexpr std::size_t max_length = 256u << 10;  ///< bytes of a message's elements
inline constexpr std::size_t max_certificates = 64;    ///< of an offer, all stores together
inline constexpr std::size_t max_name = 50;            ///< characters
inline constexpr std::size_t max_words = 255;          ///< characters

/// What one box has for another.
struct Offer {
    std::string name;  ///< what its cluster may be called: is_name()
    std::uint16_t tftp_port = 69;
    std::uint16_t http_port = 6970;  ///< 0 = off
    trust::CertificateStores::Bundle certificates;
};

/// Could it be a "cluster-id"? 1 to max_name of A-Z a-z 0-9 . -
bool is_name(std::string_view text);

enum class Kind : std::uint8_t { offer = 1, ready = 2, done = 3, no = 4 };

struct Message {
    Kind kind{};
    Offer offer{};        ///< if that is what it is
    std::string words{};  ///< of a no: printable ASCII
};

struct Head {
    Kind kind{};
    std::uint32_t length = 0;  ///< bytes of the elements
};

/// The first head_size bytes. A Failure: not this protocol, another version, or too long.
Result<Head> parse_head(ByteView bytes);
/// What follows it, `head.length` bytes. Each element that is needed must be there once, and nothing that is not known.
Result<Message> parse_message(const Head& head, ByteView elements);

Bytes bytes_of(const Message& message);

}  // namespace branchline::exchange
