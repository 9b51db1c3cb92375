// Judges one HTTP/1.1 response (RFC 9112) to a GET of a remote server, sans-IO: bytes go in as they arrive, the file's bytes
// come out as they are recognised. It is strict where a wrong file could come of being lenient:
//
//   200 with Content-Length, or chunked     the file; an end before its end, or bytes after it, is broken
//   200 that ends when the connection does  broken: a cut could not be told from the end
//   200 with another Content-Encoding, or   broken: the bytes would not be the file's
//     a Transfer-Encoding besides chunked
//   404, 403, 410                           not found (CUCM says 404)
//   503                                     busy: CUCM's "searching, try again" (a proxy's first answer)
//   anything else, redirects included       broken: we talk to configured servers only
#pragma once

#include "tftpd/base/bytes.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace branchline {

class HttpAnswer {
public:
    enum class Verdict { more, complete, not_found, busy, broken };

    static constexpr std::size_t max_head = 8 * 1024;  ///< bytes of status line and fields

    struct Events {
        std::function<void(std::optional<std::uint64_t> size)> found;  ///< a file comes; bytes, unless chunked
        std::function<void(ByteView part)> bytes;
    };

    HttpAnswer(std::uint64_t max_size, Events events);
    ~HttpAnswer();
    HttpAnswer(const HttpAnswer&) = delete;
    HttpAnswer& operator=(const HttpAnswer&) = delete;

    /// Takes what has arrived and is not yet taken, and says how many of these bytes are done with; the others must be
    /// presented again, with more behind them. Not to be called once the verdict is another than `more`.
    [[nodiscard]] std::size_t take(ByteView arrived);

    /// The server closed the connection.
    void take_end();

    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] const std::string& reason() const;  ///< why it is broken, or the status
    [[nodiscard]] std::uint64_t received() const;     ///< bytes of the file

private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

/// The request for `name` that HttpAnswer judges the response to. Characters that a path cannot hold are percent-encoded
/// (RFC 3986 3.3), '/' stays. It carries our own mark, so that another proxy does not proxy it (loop rule).
std::string http_request(const std::string& name, const std::string& host);

}  // namespace branchline
