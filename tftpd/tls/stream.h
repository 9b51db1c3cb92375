// A TCP connection, with TLS on it or without: what reads and writes HTTP need not know which. A stream
// as Asio and Beast want it (AsyncReadStream, AsyncWriteStream), with Beast's deadlines. At most one read and one write at a
// time; all on the thread of the socket's executor.
//
// No maintained stream over mbedTLS exists for Asio. This one keeps TLS apart (session.h) and moves bytes only.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"
#include "tftpd/tls/context.h"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace branchline::tls {

class Stream {
public:
    using executor_type = boost::beast::tcp_stream::executor_type;
    using error_code = boost::system::error_code;

    static constexpr std::size_t max_at_once = 64u << 10;  ///< bytes of plain text that one async_write_some takes

    /// `context` null: plain TCP.
    explicit Stream(boost::asio::ip::tcp::socket socket, ContextPtr context = {});

    [[nodiscard]] executor_type get_executor();
    /// The connection itself; what is read from it is not deciphered.
    [[nodiscard]] boost::beast::tcp_stream& tcp();
    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return tcp().socket(); }
    [[nodiscard]] bool is_tls() const;

    // As beast::tcp_stream's.
    void expires_after(Duration duration);
    void expires_never();
    void close();

    /// Before anything is read or written, if is_tls(). `done` is not called inside this function.
    void async_handshake(std::function<void(const error_code&)> done);
    /// Why TLS failed, in words for the log; empty if it did not.
    [[nodiscard]] std::string fault() const;
    /// What the other side showed in the handshake, in DER; empty if nothing, or without TLS.
    [[nodiscard]] Bytes peer_certificate() const;

    /// Says that nothing follows, and closes our half; `then` is called when that is done or has failed, at once without TLS.
    void end_sending(std::function<void()> then);

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, const Buffers& into) {
                if (is_tls()) {
                    read(first_of(into), std::move(handler));
                } else {
                    tcp().async_read_some(into, std::move(handler));
                }
            },
            token, buffers);
    }

    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, const Buffers& from) {
                if (is_tls()) {
                    std::size_t taken = 0;
                    const auto end = boost::asio::buffer_sequence_end(from);
                    for (auto part = boost::asio::buffer_sequence_begin(from); part != end && taken < max_at_once; ++part) {
                        taken += encipher(*part, max_at_once - taken);
                    }
                    flush(taken, std::move(handler));
                } else {
                    tcp().async_write_some(from, std::move(handler));
                }
            },
            token, buffers);
    }

private:
    using Handler = boost::asio::any_completion_handler<void(error_code, std::size_t)>;
    struct Core;

    template <typename Buffers>
    static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto part = boost::asio::buffer_sequence_begin(buffers); part != end; ++part) {
            if (const boost::asio::mutable_buffer buffer(*part); buffer.size() != 0) {
                return buffer;
            }
        }
        return {};
    }

    void read(boost::asio::mutable_buffer into, Handler handler);
    std::size_t encipher(boost::asio::const_buffer plain, std::size_t limit);
    void flush(std::size_t bytes, Handler handler);

    std::shared_ptr<Core> core_;  ///< lives until what is under way has ended
};

}  // namespace branchline::tls
