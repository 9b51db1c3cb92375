// A connection over a real socket on the loopback, with both ends run by the test's own thread.
#pragma once

#include "tests/unit/store/hand_fed_content.h"
#include "tftpd/http/connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

namespace branchline::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

/// What the phone's end of a connection has seen.
struct Phone {
    explicit Phone(asio::io_context& io) : socket(io) {}

    void send(std::string_view bytes) {
        error_code ignored;
        asio::write(socket, asio::buffer(bytes), ignored);
    }

    /// Takes what is there without waiting.
    void look() {
        std::array<char, 65536> bytes{};
        while (!ended) {
            error_code error;
            const auto count = socket.read_some(asio::buffer(bytes), error);
            if (error == asio::error::would_block) {
                return;
            }
            if (error) {
                ended = true;
                reset = error == asio::error::connection_reset;
                return;
            }
            text.append(bytes.data(), count);
        }
    }

    [[nodiscard]] std::string body() const {
        const auto end = text.find("\r\n\r\n");
        return end == std::string::npos ? "" : text.substr(end + 4);
    }

    tcp::socket socket;
    std::string text;
    bool ended = false;
    bool reset = false;
};

inline ContentPtr memory(const std::string& text) {
    return std::make_shared<MemoryContent>(Bytes(text.begin(), text.end()));
}

inline constexpr auto real_request = "GET /CTLSEP2834A2823B58.tlv HTTP/1.1\r\nHost:198.51.100.0:6970\r\n\r\n";

struct ConnectedPhone : Utest {
    asio::io_context io{1};
    ConnectionHost host;
    std::map<const HttpConnection*, std::shared_ptr<HttpConnection>> connections;
    Phone phone{io};
    Answer answer;
    std::vector<Question> questions;
    std::vector<std::function<void(Answer)>> open_questions;
    bool answer_at_once = true;

    void setup() override {
        host.ask = [this](Question question, std::function<void(Answer)> done) {
            questions.push_back(std::move(question));
            answer_at_once ? done(answer) : open_questions.push_back(std::move(done));
        };
        host.post_box = std::make_shared<PostBox>(io);
        host.open_connections = [this] { return connections.size(); };
        host.ended = [this](const HttpConnection& connection) { connections.erase(&connection); };
        connect();
    }

    void teardown() override {
        host.post_box->close();
        while (!connections.empty()) {
            const auto connection = connections.begin()->second;
            connection->close();
        }
    }

    void connect() {
        tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        phone.socket.connect(acceptor.local_endpoint());
        auto connection = make_connection(acceptor.accept(), host);
        phone.socket.non_blocking(true);
        connections[connection.get()] = connection;
        connection->start();
    }

    /// Runs both ends until `reached` or, so that a fault cannot hang the test, for two seconds.
    bool until(const std::function<bool()>& reached) {
        const auto end = Clock::now() + 2s;
        while (Clock::now() < end) {
            io.restart();
            io.run_for(1ms);
            phone.look();
            if (reached()) {
                return true;
            }
        }
        return false;
    }
    bool until_text(const std::string& text) {
        return until([&] { return phone.text == text; });
    }
    bool until_body(const std::string& text) {
        return until([&] { return phone.body() == text; });
    }
    bool until_ended() {
        return until([&] { return phone.ended; });
    }
    bool starts(const std::string& text) {
        return until([&] { return phone.text.starts_with(text); });
    }
};

}  // namespace branchline::test
