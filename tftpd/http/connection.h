// One phone's connection: reads a request, asks who knows the name, sends the answer, and does so again while the phone wants.
// All on one thread. It never trusts the phone's pace: a request must be whole within ConnectionTimes::header, and each piece
// of a file must be taken within ConnectionTimes::piece.
//
//   reading --(request)--> asking --(answer)--> sending --(kept alive)--> reading
//      |                                           |
//      `--(silent, garbage, closed)--> ended <-----'--(last answer, or content failed: reset, never a whole wrong body)
//
// With TLS a handshake comes before. Such a phone needs no signature to know whose file it gets: a name with ".sgn" is answered
// with the file that is not signed, as Unified CM does on port 6971.
//
// Sources: RFC 9110, RFC 9112; what real phones send and expect stands at ResponseHead.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/http/post_box.h"
#include "tftpd/phones/file_report.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/line_budget.h"
#include "tftpd/tls/server_context.h"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace branchline {

struct ConnectionTimes {
    Duration handshake =
        std::chrono::seconds(10);               ///< from the connection to the end of TLS's handshake; phones are slow at it
    Duration header = std::chrono::seconds(5);  ///< from waiting for a request to the end of its head; CUCM's is 5 s too
    Duration piece = std::chrono::seconds(30);  ///< for the phone to take one piece; one that writes flash can be slow
    Duration linger = std::chrono::seconds(2);  ///< for the phone to close after our last answer
};

inline constexpr std::size_t max_request_head = 8 * 1024;          ///< bytes
inline constexpr unsigned max_requests_per_connection = 1000;      ///< then the phone has to connect anew
inline constexpr std::size_t large_piece = 64 * 1024;              ///< bytes of a file sent in one go
inline constexpr std::size_t small_piece = 16 * 1024;              ///< the same while more connections are open than:
inline constexpr std::size_t connections_with_large_pieces = 256;  ///< so that 2,500 of them take 40 MB, not 160

// Log lines that strangers may cause: a branch that boots a few hundred phones at once is logged whole, a flood stays below
// 1 MiB a minute.
inline constexpr unsigned log_burst = 1000;
inline constexpr unsigned log_lines_per_second = 12;

class HttpConnection;

/// What connections share. Outlives all of them; used on their thread only.
struct ConnectionHost {
    std::function<void(const Question&, std::function<void(Answer)>)> ask;  ///< Resolver::resolve
    std::shared_ptr<PostBox> post_box;
    std::function<std::size_t()> open_connections;
    std::function<void(const HttpConnection&)> ended;  ///< called once, as the connection's last deed
    FileListener listener{};                           ///< if there is one, it is told how each file that was asked for ended
    ConnectionTimes times{};
    LineBudget log_lines{log_burst, log_lines_per_second};
};

class HttpConnection {
public:
    virtual ~HttpConnection() = default;
    virtual void start() = 0;
    /// No further request: closes at once when idle, else after the answer under way.
    virtual void finish() = 0;
    virtual void close() = 0;  ///< at once
    [[nodiscard]] virtual const IpAddress& phone() const = 0;
};

/// Takes over a connected socket; with `context` the phone has to speak TLS on it. The caller keeps the pointer until
/// `host.ended`.
std::shared_ptr<HttpConnection> make_connection(boost::asio::ip::tcp::socket socket, ConnectionHost& host,
                                                tls::ServerContextPtr context = {});

}  // namespace branchline
