#include "tftpd/client/daemon_client.h"

#include "tests/unit/scratch.h"
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {
constexpr std::chrono::seconds patience{60};
}

TEST_GROUP(DaemonClient) {
    branchline::test::Scratch scratch;
    int listener = -1;

    void teardown() override {
        if (listener >= 0) {
            ::close(listener);
        }
    }

    std::string path() const {
        return (scratch / "x.sock").string();
    }

    void listen() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
        listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CHECK(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        CHECK(::listen(listener, 1) == 0);
    }

    /// What the client makes of a daemon that says `answer`.
    Result<isc::data::ConstElementPtr> ask(const std::string& answer, std::string* heard = nullptr) {
        listen();
        std::thread daemon([this, &answer, heard] {
            const int connection = ::accept(listener, nullptr, nullptr);
            char text[4096];
            const auto count = ::recv(connection, text, sizeof text, 0);
            if (heard != nullptr && count > 0) {
                heard->assign(text, static_cast<std::size_t>(count));
            }
            (void)!::write(connection, answer.data(), answer.size());
            ::close(connection);
        });
        auto result = ask_daemon(path(), "status-get", isc::data::Element::fromJSON(R"({ "a": 1 })"), patience);
        daemon.join();
        return result;
    }
};

TEST(DaemonClient, AQuestionGetsItsAnswer) {
    std::string heard;
    const auto answer = ask(R"({ "result": 0, "text": "well" })", &heard);
    CHECK(static_cast<bool>(answer));
    CHECK_EQUAL(std::string("well"), (*answer)->get("text")->stringValue());
    CHECK_EQUAL(std::string(R"({ "arguments": { "a": 1 }, "command": "status-get" })"), heard);
}

TEST(DaemonClient, WhatIsNoAnswerOfKeasShapeIsSaid) {
    for (const auto* text :
         {"", "HTTP/1.1 400 Bad Request\r\n\r\n", "[ 1 ]", "[ 1-2 ]", R"({ "result": "0" })", "{ \"result\": 0"}) {
        const auto answer = ask(text);
        CHECK_TEXT(!answer, text);
        CHECK(answer.error().text.find("does not speak Kea's protocol") != std::string::npos);
        ::close(listener);
        listener = -1;
        std::filesystem::remove(path());
    }
}

TEST(DaemonClient, AMissingSocketTellsHowToStartTheDaemon) {
    const auto answer = ask_daemon(path(), "status-get", nullptr, patience);
    CHECK(!answer);
    CHECK(answer.error().text.find("systemctl start branchline-tftpd") != std::string::npos);
}

TEST(DaemonClient, ASocketNobodyListensAtIsTold) {
    listen();
    ::close(listener);
    listener = -1;
    const auto answer = ask_daemon(path(), "status-get", nullptr, patience);
    CHECK(!answer);
    CHECK(answer.error().text.find("nobody listens") != std::string::npos);
}

TEST(DaemonClient, APathFitsASocketAddressOrIsRefused) {
    CHECK(ask_daemon("/" + std::string(106, 'x'), "a", nullptr, patience).error().text.find("there is no") !=
          std::string::npos);
    CHECK(ask_daemon("/" + std::string(107, 'x'), "a", nullptr, patience).error().text.find("1 to 107 characters") !=
          std::string::npos);
    CHECK(!ask_daemon("", "a", nullptr, patience));
}

TEST(DaemonClient, TheSocketsDirectoryIsKeas) {
    ::unsetenv("KEA_CONTROL_SOCKET_DIR");
    CHECK_EQUAL(std::string("/run/kea/branchline-tftpd.sock"), default_socket());
    ::setenv("KEA_CONTROL_SOCKET_DIR", "/tmp/x", 1);
    CHECK_EQUAL(std::string("/tmp/x/branchline-tftpd.sock"), default_socket());
    ::unsetenv("KEA_CONTROL_SOCKET_DIR");
}

TEST(DaemonClient, ADaemonThatSaysNothingIsNotWaitedForLonger) {
    listen();  // the kernel takes the connection and the command; nobody answers
    const auto answer = ask_daemon(path(), "status-get", nullptr, std::chrono::milliseconds(50));
    CHECK(!answer);
    CHECK(answer.error().text.find("no answer within 50 ms") != std::string::npos);
}

TEST(DaemonClient, AFullBacklogIsNotWaitedForLongerEither) {
    listen();
    for (int i = 0; i < 3; ++i) {
        (void)ask_daemon(path(), "status-get", nullptr, std::chrono::milliseconds(1));
    }
    CHECK(ask_daemon(path(), "a", nullptr, std::chrono::milliseconds(50)).error().text.find("50 ms") != std::string::npos);
}

TEST(DaemonClient, ACommandLargerThanTheSocketsBufferIsSentWhole) {
    listen();
    std::size_t heard = 0;
    std::thread daemon([this, &heard] {
        const int connection = ::accept(listener, nullptr, nullptr);
        char text[65536];
        while (heard < 3'000'000) {
            const auto count = ::recv(connection, text, sizeof text, 0);
            if (count <= 0) {
                break;
            }
            heard += static_cast<std::size_t>(count);
        }
        (void)!::write(connection, R"({ "result": 0 })", 15);
        ::close(connection);
    });
    auto arguments = isc::data::Element::createMap();
    arguments->set("data", isc::data::Element::create(std::string(3'000'000, 'x')));
    const auto answer = ask_daemon(path(), "tftp-file-add", arguments, patience);
    daemon.join();
    CHECK(static_cast<bool>(answer));
    CHECK(heard >= 3'000'000);
}
