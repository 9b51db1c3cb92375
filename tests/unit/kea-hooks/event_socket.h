// The daemon's end of the event socket, in a directory of its own.
#pragma once

#include "tests/unit/scratch.h"
#include "tftpd/api/lease_event.h"

#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <CppUTest/TestHarness.h>

namespace branchline::hook {

/// The daemon's end of the event socket, in a directory of its own.
class EventSocket {
public:
    EventSocket() {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        const auto bound = path();
        std::copy(bound.begin(), bound.end(), name.sun_path);
        in_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        CHECK_EQUAL(0, ::bind(in_, reinterpret_cast<const sockaddr*>(&name), sizeof name));
    }
    EventSocket(const EventSocket&) = delete;
    EventSocket& operator=(const EventSocket&) = delete;
    ~EventSocket() { ::close(in_); }
    [[nodiscard]] std::string path() const { return (directory_ / "events.sock").string(); }
    [[nodiscard]] std::string parameters(const char* address) const {
        return R"({ "tftp-servers": [ ")" + std::string(address) + R"(" ], "event-socket": ")" + path() + R"(" })";
    }

    [[nodiscard]] bool has_one() const {
        pollfd waiting{in_, POLLIN, 0};
        return ::poll(&waiting, 1, 0) == 1;
    }
    api::LeaseEvent next() const {
        pollfd waiting{in_, POLLIN, 0};
        CHECK_EQUAL(1, ::poll(&waiting, 1, 5000));
        Bytes buffer(4096);
        buffer.resize(static_cast<std::size_t>(::recv(in_, buffer.data(), buffer.size(), 0)));
        const auto event = api::decode(buffer);
        CHECK(!!event);
        return *event;
    }

private:
    test::Scratch directory_;
    int in_ = -1;
};

}  // namespace branchline::hook
