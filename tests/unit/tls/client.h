// A phone's end of a TLS connection, in memory: mbedTLS's client as a phone has it. What it wants to send
// lies in `out`, what it is sent is put into `in`.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/tls/session.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace branchline::test {

class TlsClient {
public:
    struct Wish {
        mbedtls_ssl_protocol_version version = MBEDTLS_SSL_VERSION_TLS1_3;
        const int* suites = nullptr;
        const Bytes* trusted = nullptr;  ///< DER; null: takes any certificate
    };

    explicit TlsClient(Wish wish) {
        psa_crypto_init();
        mbedtls_entropy_init(&entropy_);
        mbedtls_ctr_drbg_init(&random_);
        mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0);
        mbedtls_x509_crt_init(&trusted_);
        mbedtls_ssl_session_init(&session_);
        mbedtls_ssl_config_init(&config_);
        mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
        mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, &random_);
        mbedtls_ssl_conf_min_tls_version(&config_, wish.version);
        mbedtls_ssl_conf_max_tls_version(&config_, wish.version);
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&config_,
                                                                 MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
        if (wish.suites != nullptr) {
            mbedtls_ssl_conf_ciphersuites(&config_, wish.suites);
        }
        mbedtls_ssl_conf_authmode(&config_, wish.trusted != nullptr ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_NONE);
        if (wish.trusted != nullptr) {
            mbedtls_x509_crt_parse_der(&trusted_, wish.trusted->data(), wish.trusted->size());
            mbedtls_ssl_conf_ca_chain(&config_, &trusted_, nullptr);
        }
        mbedtls_ssl_init(&ssl_);
        connect();
    }
    ~TlsClient() {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
        mbedtls_ssl_session_free(&session_);
        mbedtls_x509_crt_free(&trusted_);
        mbedtls_ctr_drbg_free(&random_);
        mbedtls_entropy_free(&entropy_);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    /// A new connection; with `resume` it offers the ticket of the one before.
    void connect(bool resume = false) {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_init(&ssl_);
        mbedtls_ssl_setup(&ssl_, &config_);
        mbedtls_ssl_set_hostname(&ssl_, "branch-07");
        mbedtls_ssl_set_bio(&ssl_, this, send, receive, nullptr);
        if (resume) {
            mbedtls_ssl_set_session(&ssl_, &session_);
        }
        in.clear();
        out.clear();
    }

    bool handshake() { return (error = mbedtls_ssl_handshake(&ssl_)) == 0; }
    bool write(std::string_view text) {
        return mbedtls_ssl_write(&ssl_, reinterpret_cast<const unsigned char*>(text.data()), text.size()) ==
               static_cast<int>(text.size());
    }
    /// All that has come; remembers a ticket that comes before it.
    std::string read() {
        std::string text;
        // It stops after a ticket's arrival, to go on with what it has kept: done is what says twice that it wants more.
        for (int wants = 0; wants < 2 || !in.empty();) {
            std::array<unsigned char, 4096> room{};
            error = mbedtls_ssl_read(&ssl_, room.data(), room.size());
            if (error == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
                keep_ticket();
            } else if (error == MBEDTLS_ERR_SSL_WANT_READ) {
                ++wants;
            } else if (error <= 0) {
                return text;
            } else {
                text.append(room.begin(), room.begin() + error);
            }
        }
        return text;
    }
    void end() { mbedtls_ssl_close_notify(&ssl_); }
    void keep_ticket() {
        mbedtls_ssl_session_free(&session_);
        mbedtls_ssl_session_init(&session_);
        mbedtls_ssl_get_session(&ssl_, &session_);
    }

    [[nodiscard]] std::string version() const { return mbedtls_ssl_get_version(&ssl_); }
    [[nodiscard]] std::string suite() const {
        const auto* name = mbedtls_ssl_get_ciphersuite(&ssl_);
        return name == nullptr ? "" : name;
    }
    [[nodiscard]] const mbedtls_x509_crt* peer() const { return mbedtls_ssl_get_peer_cert(&ssl_); }

    Bytes in;
    Bytes out;
    int error = 0;

private:
    static int send(void* self, const unsigned char* bytes, std::size_t size) {
        auto& out = static_cast<TlsClient*>(self)->out;
        out.insert(out.end(), bytes, bytes + size);
        return static_cast<int>(size);
    }
    static int receive(void* self, unsigned char* into, std::size_t size) {
        auto& in = static_cast<TlsClient*>(self)->in;
        const auto count = std::min(size, in.size());
        if (count == 0) {
            return MBEDTLS_ERR_SSL_WANT_READ;
        }
        std::copy_n(in.begin(), count, into);
        in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count));
        return static_cast<int>(count);
    }

    mbedtls_entropy_context entropy_{};
    mbedtls_ctr_drbg_context random_{};
    mbedtls_x509_crt trusted_{};
    mbedtls_ssl_session session_{};
    mbedtls_ssl_config config_{};
    mbedtls_ssl_context ssl_{};
};

}  // namespace branchline::test
