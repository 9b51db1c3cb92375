#include "tftpd/phones/event_receiver.h"

#include "tests/unit/scratch.h"
#include "tftpd/base/counters.h"

#include <boost/asio/io_context.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

sockaddr_un name_of(const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), name.sun_path);
    return name;
}

bool send_to(const std::string& path, const std::string& text) {
    const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto name = name_of(path);
    const bool sent = ::sendto(out, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&name), sizeof name) >= 0;
    ::close(out);
    return sent;
}

int bind_at(const std::string& path) {
    const int made = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto name = name_of(path);
    ::bind(made, reinterpret_cast<const sockaddr*>(&name), sizeof name);
    return made;
}

}  // namespace

TEST_GROUP(EventReceiver) {
    branchline::test::Scratch directory;
    std::string path;
    boost::asio::io_context io;
    LeaseTable table;

    void setup() override {
        path = (directory / "events.sock").string();
        counters.reset();
    }

    void handle_input() {
        io.restart();
        while (io.poll_one() > 0) {
        }
    }
};

TEST(EventReceiver, EventsReachTheTableAndAreCounted) {
    std::string heard;
    EventReceiver receiver(table, [&](const api::LeaseEvent& event) { heard = event.address; });
    CHECK(!!receiver.start(path, io));
    CHECK(send_to(path, "branchline-event=1\nkind=committed\nmac=00:11:22:33:44:55\naddress=10.0.0.1\n"));
    handle_input();
    CHECK_EQUAL(1u, counters.get(Counter::lease_events));
    CHECK(table.find_address("10.0.0.1").has_value());
    CHECK_EQUAL(std::string("10.0.0.1"), heard);
}

TEST(EventReceiver, RubbishIsCountedAndDoesNoHarm) {
    EventReceiver receiver(table);
    CHECK(!!receiver.start(path, io));
    CHECK(send_to(path, "hello"));
    CHECK(send_to(path, std::string(4000, 'x')));
    CHECK(send_to(path, "branchline-event=1\nkind=seen\n"));
    handle_input();
    CHECK_EQUAL(2u, counters.get(Counter::lease_events_bad));
    CHECK_EQUAL(1u, counters.get(Counter::lease_events));
}

TEST(EventReceiver, TheSocketIsForOwnerAndGroup) {
    EventReceiver receiver(table);
    CHECK(!!receiver.start(path, io));
    struct stat about{};
    CHECK_EQUAL(0, ::stat(path.c_str(), &about));
    CHECK_EQUAL(0660u, about.st_mode & 07777u);
}

TEST(EventReceiver, ASocketThatADeadDaemonLeftIsReplaced) {
    ::close(bind_at(path));
    CHECK(std::filesystem::exists(path));
    EventReceiver receiver(table);
    CHECK(!!receiver.start(path, io));
    CHECK(send_to(path, "branchline-event=1\nkind=seen\n"));
}

TEST(EventReceiver, ASocketThatIsInUseIsLeftAlone) {
    const int other = bind_at(path);
    EventReceiver receiver(table);
    const auto started = receiver.start(path, io);
    CHECK(!started);
    CHECK(started.error().text.find("running already") != std::string::npos);
    receiver.stop();
    CHECK(std::filesystem::exists(path));
    ::close(other);
}

TEST(EventReceiver, AnOrdinaryFileIsLeftAlone) {
    std::ofstream(path) << "precious";
    EventReceiver receiver(table);
    CHECK(!receiver.start(path, io));
    CHECK(std::filesystem::is_regular_file(path));
}

TEST(EventReceiver, StopRemovesItsOwnSocketOnly) {
    EventReceiver receiver(table);
    CHECK(!!receiver.start(path, io));
    receiver.stop();
    CHECK(!std::filesystem::exists(path));
    CHECK(!!receiver.start(path, io));
    std::filesystem::remove(path);
    const int other = bind_at(path);
    receiver.stop();
    receiver.stop();
    CHECK(std::filesystem::exists(path));
    ::close(other);
}

TEST(EventReceiver, RunsOnAThreadOfItsOwn) {
    EventReceiver receiver(table);
    CHECK(!!receiver.start(path));
    CHECK(!receiver.start(std::string(108, 'p')));
    CHECK(!receiver.start(""));
    CHECK(!!receiver.start(path));
    receiver.stop();
}

TEST(EventReceiver, APathOf107BytesIsTheLongest) {
    const std::string longest = directory.path().string() + "/" + std::string(107 - directory.path().string().size() - 1, 's');
    EventReceiver receiver(table);
    CHECK(!!receiver.start(longest, io));
    const auto refused = receiver.start(longest + "s", io);
    CHECK(!refused);
    CHECK(refused.error().text.find("107") != std::string::npos);
}
