// What the daemon and the signing process say to each other, one message a packet of a SOCK_SEQPACKET socket. The daemon opens
// and signs; the process answers each message with one. Its side trusts nothing in what it gets, and gives out signatures and
// its certificate, never its key.
//
//   open         'O' key-bits(2) common-name        for the key and certificate that are there, or have to be made
//   certificate  'C' DER                            the answer
//   sign         'S' digest(1) hash                 digest: the number of DIGESTALGO
//   signature    'G' signature                      the answer
//   failure      'F' text                           the answer when it cannot be done
#pragma once

#include "tftpd/trust/signer.h"

#include <optional>
#include <string>

namespace branchline::trust {

enum class SignerWord : std::uint8_t { open = 'O', certificate = 'C', sign = 'S', signature = 'G', failure = 'F' };

inline constexpr std::size_t max_signer_message = 20u << 10;  ///< bytes; a certificate has at most 16 KiB

struct SignerMessage {
    SignerWord word{};
    ByteView rest;
};

/// A message's parts; none if it is empty, too long, or begins with no word of ours.
std::optional<SignerMessage> parse_signer_message(ByteView packet);

Bytes signer_message(SignerWord word, ByteView rest);

struct OpenWish {
    unsigned bits = 0;
    std::string common_name;
};
Bytes open_message(const OpenWish& wish);
std::optional<OpenWish> parse_open(ByteView rest);

struct SignWish {
    Digest digest = Digest::sha1;
    Bytes hash;
};
Bytes sign_message(Digest digest, ByteView hash);
/// None unless the hash has exactly the size that the digest makes.
std::optional<SignWish> parse_sign(ByteView rest);

}  // namespace branchline::trust
