#include "tftpd/tls/session.h"

#include "tftpd/trust/error_text.h"

#include <mbedtls/ssl.h>

#include <algorithm>
#include <array>
#include <utility>

namespace branchline::tls {
namespace {

// RFC 8446 6 and the numbers' own names in it; those that tell an operator something.
std::string alert_name(unsigned alert) {
    constexpr std::array<std::pair<unsigned, const char*>, 15> names{{{10, "unexpected_message"},
                                                                      {20, "bad_record_mac"},
                                                                      {40, "handshake_failure"},
                                                                      {42, "bad_certificate"},
                                                                      {43, "unsupported_certificate"},
                                                                      {44, "certificate_revoked"},
                                                                      {45, "certificate_expired"},
                                                                      {46, "certificate_unknown"},
                                                                      {47, "illegal_parameter"},
                                                                      {48, "unknown_ca"},
                                                                      {50, "decode_error"},
                                                                      {51, "decrypt_error"},
                                                                      {70, "protocol_version"},
                                                                      {80, "internal_error"},
                                                                      {90, "user_canceled"}}};
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.first == alert; });
    return found == names.end() ? "alert " + std::to_string(alert) : found->second;
}

// An alert that is not enciphered: type 21, a version of TLS, and the length of level and description (RFC 8446 5.1, 6).
constexpr std::array<std::uint8_t, 5> alert_record{0x15, 0x03, 0x03, 0x00, 0x02};

std::string reason(int error) {
    switch (error) {
        case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
            return "it speaks no TLS 1.2 or 1.3";
        case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
            return "it has no cipher suite, group or signature algorithm in common with this machine";
        default:
            return trust::error_text(error);
    }
}

}  // namespace

struct Session::Impl {
    explicit Impl(ContextPtr its_context) : context(std::move(its_context)) {
        mbedtls_ssl_init(&ssl);
        error = mbedtls_ssl_setup(&ssl, context->config());
        // No name is looked for in the other side's certificate; mbedTLS wants that said. Only clients look.
        if (error == 0) {
            error = mbedtls_ssl_set_hostname(&ssl, nullptr);
        }
        mbedtls_ssl_set_bio(&ssl, this, send, receive, nullptr);
    }
    ~Impl() { mbedtls_ssl_free(&ssl); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // What is to be sent is kept until it is taken: writing never has to wait, and is bounded by what one write() is given.
    static int send(void* self, const unsigned char* bytes, std::size_t size) {
        auto& output = static_cast<Impl*>(self)->output;
        output.insert(output.end(), bytes, bytes + size);
        return static_cast<int>(size);
    }
    static int receive(void* self, unsigned char* into, std::size_t size) {
        auto& input = static_cast<Impl*>(self)->input;
        const auto count = std::min(size, input.size());
        if (count == 0) {
            return MBEDTLS_ERR_SSL_WANT_READ;
        }
        std::copy_n(input.begin(), count, into);
        static_cast<Impl*>(self)->remember(input.first(count));
        input = input.subspan(count);
        return static_cast<int>(count);
    }

    void remember(ByteView taken);
    [[nodiscard]] std::string told_in_clear() const;
    Step step(int result);
    /// Calls `work` until it has used up what was put in, or has something to say: mbedTLS stops after some messages although
    /// more is there.
    template <typename Work>
    int persist(const Work& work) {
        int result = work();
        while (result == MBEDTLS_ERR_SSL_WANT_READ && !input.empty()) {
            result = work();
        }
        return result;
    }

    const ContextPtr context;
    mbedtls_ssl_context ssl{};
    ByteView input;
    std::array<std::uint8_t, alert_record.size() + 2> last{};  // bytes that were taken
    Bytes output;
    std::size_t handshake_bytes = 0;
    bool shaken = false;
    int error = 0;
    std::string fault;
};

void Session::Impl::remember(ByteView taken) {
    taken = taken.last(std::min(taken.size(), last.size()));
    std::rotate(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(taken.size()), last.end());
    std::copy(taken.begin(), taken.end(), last.end() - static_cast<std::ptrdiff_t>(taken.size()));
}

// Clients of TLS 1.3 that do not like the certificate say so before they encipher anything, openssl's among them; mbedTLS takes
// that for a broken record.
std::string Session::Impl::told_in_clear() const {
    const bool is_alert = !shaken && std::equal(alert_record.begin(), alert_record.end(), last.begin());
    return is_alert ? "it refused with " + alert_name(last.back()) : std::string();
}

Session::Step Session::Impl::step(int result) {
    if (result >= 0) {
        return Step::done;
    }
    if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) {
        return Step::wants_input;
    }
    if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        return Step::ended;
    }
    error = result;
    if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        // Which alert it was mbedTLS tells nobody else: level and description (RFC 8446 6).
        const auto* alert = ssl.MBEDTLS_PRIVATE(in_msg);
        fault = "it refused with " + (alert != nullptr ? alert_name(alert[1]) : "an alert");
    } else {
        const auto told = result == MBEDTLS_ERR_SSL_INVALID_MAC ? told_in_clear() : std::string();
        fault = told.empty() ? reason(result) : told;
    }
    return Step::failed;
}

Session::Session(ContextPtr context) : impl_(std::make_unique<Impl>(std::move(context))) {}
Session::~Session() = default;

void Session::put(ByteView bytes) {
    impl_->input = bytes;
    impl_->handshake_bytes += impl_->shaken ? 0 : bytes.size();
}

Session::Step Session::handshake() {
    if (impl_->error != 0) {
        return impl_->step(impl_->error);
    }
    if (impl_->handshake_bytes > max_handshake) {
        impl_->error = MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
        impl_->fault = "its handshake is longer than 64 KiB";
        return Step::failed;
    }
    const auto step = impl_->step(impl_->persist([this] { return mbedtls_ssl_handshake(&impl_->ssl); }));
    impl_->shaken = step == Step::done;
    return step;
}

Session::Read Session::read(ByteSpan into) {
    if (impl_->error != 0) {
        return {impl_->step(impl_->error)};
    }
    const auto result = impl_->persist([&] { return mbedtls_ssl_read(&impl_->ssl, into.data(), into.size()); });
    // 0 is the end of the connection, which receive() never says.
    return {impl_->step(result), result > 0 ? static_cast<std::size_t>(result) : 0};
}

Session::Step Session::write(ByteView plain) {
    while (!plain.empty()) {
        if (impl_->error != 0) {
            return impl_->step(impl_->error);
        }
        const auto result = mbedtls_ssl_write(&impl_->ssl, plain.data(), std::min(plain.size(), max_record));
        const auto step = impl_->step(result);
        if (step != Step::done) {
            return step;
        }
        plain = plain.subspan(static_cast<std::size_t>(result));
    }
    return Step::done;
}

void Session::end() {
    if (impl_->shaken && impl_->error == 0) {
        mbedtls_ssl_close_notify(&impl_->ssl);
    }
}

bool Session::has_output() const {
    return !impl_->output.empty();
}

Bytes Session::take() {
    return std::exchange(impl_->output, {});
}

std::string Session::fault() const {
    return impl_->fault;
}

std::string Session::version() const {
    return mbedtls_ssl_get_version(&impl_->ssl);
}

Bytes Session::peer_certificate() const {
    const auto* shown = impl_->shaken ? mbedtls_ssl_get_peer_cert(&impl_->ssl) : nullptr;
    return shown == nullptr ? Bytes() : Bytes(shown->raw.p, shown->raw.p + shown->raw.len);
}

}  // namespace branchline::tls
