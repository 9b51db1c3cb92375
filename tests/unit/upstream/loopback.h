// Remote servers with selectable bad manners, on loopback and ephemeral ports, run by the same io_context as what is under
// test, so that each test is one thread and ends by itself. Not a TFTP or HTTP implementation: just enough to lie well.
#pragma once

#include "tftpd/tftp/packet.h"
#include "tftpd/upstream/attempt.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loopback {

inline const branchline::IpAddress here = boost::asio::ip::make_address("127.0.0.1");
inline const branchline::IpAddress elsewhere = boost::asio::ip::make_address("127.0.0.2");

/// Bytes that differ from block to block, so that a lost, doubled or swapped one shows.
std::string file_of(std::size_t size);

/// What a TFTP server does that a good one does not. The default is a good one.
struct TftpManners {
    std::string file = "hello";
    bool silent = false;
    bool options = true;                        ///< answers with OACK
    std::optional<std::uint64_t> tsize{};       ///< says this size instead of the file's
    std::optional<std::uint16_t> block_size{};  ///< acknowledges this block size, asked for or not
    std::optional<branchline::tftp::ErrorCode> error{};
    bool refuse_options = false;          ///< ERROR 8 to a request with options
    std::optional<unsigned> die_after{};  ///< DATA sent before it falls silent
    bool endless = false;                 ///< the last block is a full one, again and again
    std::optional<branchline::IpAddress> answer_from{};
    std::optional<std::string> second_file{};  ///< answers from a second port too, with this file
    std::chrono::milliseconds pause{0};        ///< before each DATA
};

class TftpServer {
public:
    TftpServer(boost::asio::io_context& io, TftpManners manners, const branchline::IpAddress& address = here);
    ~TftpServer();
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] unsigned requests() const { return requests_; }
    [[nodiscard]] const std::string& last_request() const { return last_request_; }
    [[nodiscard]] const std::vector<std::uint16_t>& client_ports() const { return client_ports_; }

private:
    class Sender;
    void receive();
    void on_request(const branchline::tftp::Request& request);

    boost::asio::io_context& io_;
    TftpManners manners_;
    boost::asio::ip::udp::socket socket_;
    boost::asio::ip::udp::endpoint client_;
    std::array<std::uint8_t, 2048> buffer_{};
    std::vector<std::shared_ptr<Sender>> senders_;
    unsigned requests_ = 0;
    std::string last_request_;
    std::vector<std::uint16_t> client_ports_;
};

/// What an HTTP server says: the n-th connection gets the n-th reply, later ones the last.
struct HttpReply {
    std::string text;
    std::chrono::milliseconds delay{0};  ///< before the first byte
    bool then_close = true;              ///< else the connection stays open and silent
    std::chrono::milliseconds drip{0};   ///< if not 0: one byte of text each,
    std::size_t drips_after = 0;         ///< behind so many that are sent at once
    bool reset = false;                  ///< RST instead of FIN at the end
};

/// A 200 with Content-Length, as CUCM says it.
HttpReply good_reply(const std::string& file);

class HttpServer {
public:
    HttpServer(boost::asio::io_context& io, std::vector<HttpReply> replies, const branchline::IpAddress& address = here);
    ~HttpServer();
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] unsigned requests() const { return requests_; }
    [[nodiscard]] const std::string& last_request() const { return last_request_; }

private:
    struct Connection;
    void accept();
    void read(const std::shared_ptr<Connection>& connection);
    void write(const std::shared_ptr<Connection>& connection);

    std::vector<HttpReply> replies_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<std::shared_ptr<Connection>> connections_;
    unsigned requests_ = 0;
    std::string last_request_;
};

/// Ports of a host that takes packets and never says a word: a TCP listener whose queue is full, a UDP socket nobody reads.
class DeadHost {
public:
    explicit DeadHost(boost::asio::io_context& io);
    [[nodiscard]] branchline::RemoteServer server() const;

private:
    boost::asio::ip::tcp::acceptor full_;
    std::vector<boost::asio::ip::tcp::socket> fillers_;
    boost::asio::ip::udp::socket deaf_;
};

/// A port that nothing listens on.
std::uint16_t closed_port(boost::asio::io_context& io);

/// What an attempt reported.
struct Seen {
    unsigned connected = 0;
    unsigned found = 0;
    std::optional<std::uint64_t> size;
    std::string bytes;
    std::optional<branchline::AttemptOutcome> outcome;
    unsigned events_after_done = 0;
    [[nodiscard]] branchline::AttemptEvents events();
};

/// Runs `io` until `done` says so; false when that did not come within `at_most`.
bool run_until(boost::asio::io_context& io, const std::function<bool()>& done,
               std::chrono::milliseconds at_most = std::chrono::milliseconds(2500));

/// Runs `io` for a while, to see that nothing more happens.
void run_for(boost::asio::io_context& io, std::chrono::milliseconds time);

}  // namespace loopback
