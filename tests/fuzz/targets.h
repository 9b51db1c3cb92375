// The fuzz targets: each takes any bytes and ends the program if something that must hold does not. libFuzzer runs one of them
// under clang (fuzz_<name>); the regression driver runs all of them over the corpus and its mutations under any compiler.
#pragma once

#include "tftpd/base/bytes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace branchline::fuzz {

void tftp_packet(ByteView input);       ///< one datagram into the parser and the option rules
void tftp_session(ByteView input);      ///< a request and what follows it into ReadTransfer
void upstream(ByteView input);          ///< a server's datagrams into FetchTransfer
void tlv(ByteView input);               ///< a file into the readers of signed files, trust lists and certificates
void signer_messages(ByteView input);   ///< a packet to the signing process, or from it
void certificates(ByteView input);      ///< a file of certificates, or a certificate store
void tls_session(ByteView input);       ///< a phone's bytes into the server's side of TLS
void tvs(ByteView input);               ///< a phone's message into the Trust Verification Service
void exchange_message(ByteView input);  ///< what another box says when clusters and certificates are exchanged
void lease_event(ByteView input);       ///< what comes from the hook, or from whoever writes to its socket
void names(ByteView input);             ///< a file name or a GET's target into FileName
void cache_record(ByteView input);      ///< what stands in front of a cached file
void http_request(ByteView input);      ///< a phone's connection into the HTTP service
void http_answer(ByteView input);       ///< a remote server's response into HttpAnswer
void cluster_json(ByteView input);      ///< a text into the daemon's configuration
void control(ByteView input);           ///< a text into the control socket's commands
void hook_parameters(ByteView input);   ///< JSON into the hook's parameters
void hook4(ByteView input);             ///< a DHCPv4 client's options into the hook's send callout
void hook6(ByteView input);             ///< a DHCPv6 message into the hook's send callout

/// Ends the program with a message unless `holds`.
inline void must(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
        std::abort();
    }
}

/// Takes the input apart. Past its end everything is zero.
class Input {
public:
    explicit Input(ByteView bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    std::uint8_t byte() {
        if (bytes_.empty()) {
            return 0;
        }
        const auto value = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return value;
    }
    std::uint16_t number() {
        const auto high = byte();
        return static_cast<std::uint16_t>((high << 8) | byte());
    }
    /// The next bytes, their count in one byte before them.
    ByteView part() {
        const std::size_t wanted = byte();
        const auto size = std::min(wanted, bytes_.size());
        const auto taken = bytes_.first(size);
        bytes_ = bytes_.subspan(size);
        return taken;
    }

private:
    ByteView bytes_;
};

}  // namespace branchline::fuzz
