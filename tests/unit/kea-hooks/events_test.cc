#include "kea-hooks/events.h"

#include "tests/unit/scratch.h"

#include <memory>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;

TEST_GROUP(Events) {
    // Not a member itself: it is aligned to cache lines, and CppUTest's own operator new does not know of alignment.
    std::unique_ptr<EventQueue> owned = std::make_unique<EventQueue>();
    EventQueue& queue = *owned;
};

TEST(Events, TheQueueHoldsItsCapacityAndNoMore) {
    for (std::size_t i = 0; i < EventQueue::capacity; ++i) {
        auto* record = queue.begin();
        CHECK(record != nullptr);
        record->subnet = static_cast<std::uint32_t>(i);
        queue.commit(record);
    }
    CHECK(queue.begin() == nullptr);
    for (std::size_t i = 0; i < EventQueue::capacity; ++i) {
        CHECK_EQUAL(i, queue.front()->subnet);
        queue.pop();
    }
    CHECK(queue.front() == nullptr);
    CHECK(queue.begin() != nullptr);
}

TEST(Events, AnEventIsSeenOnlyWhenItIsWhole) {
    auto* record = queue.begin();
    CHECK(queue.front() == nullptr);
    queue.commit(record);
    CHECK(queue.front() != nullptr);
}

TEST(Events, ManyProducersLoseNothing) {
    constexpr std::uint32_t each = 5000;
    std::vector<std::thread> producers;
    for (std::uint32_t who = 0; who < 3; ++who) {
        producers.emplace_back([this, who] {
            for (std::uint32_t i = 0; i < each;) {
                if (auto* record = queue.begin()) {
                    record->subnet = who;
                    record->lifetime = i++;
                    queue.commit(record);
                } else {
                    std::this_thread::yield();
                }
            }
        });
    }
    std::array<std::uint32_t, 3> next{};
    bool in_order = true;
    for (std::uint32_t got = 0; got < 3 * each;) {
        if (const auto* record = queue.front()) {
            in_order = in_order && record->lifetime == next.at(record->subnet)++;
            queue.pop();
            ++got;
        } else {
            std::this_thread::yield();
        }
    }
    for (auto& producer : producers) {
        producer.join();
    }
    CHECK(in_order);
    CHECK(queue.front() == nullptr);
}

TEST(Events, ARecordBecomesAnEvent) {
    auto* record = queue.begin();
    record->kind = api::LeaseEvent::Kind::renewed;
    record->family = Family::v6;
    const Bytes mac{1, 2, 3, 4, 5, 0xaf};
    record->set_mac(mac);
    record->set_client_id(mac);
    record->set_vendor_class("phone");
    record->address = *parse_address("2001:db8::5");
    const std::vector<Address> servers{*parse_address("2001:db8::1"), *parse_address("2001:db8::2")};
    record->set_servers(servers);
    const auto event = to_event(*record);
    CHECK_EQUAL(6u, event.family);
    CHECK_EQUAL(0xaf, event.mac->at(5));
    CHECK_EQUAL(std::string("0102030405af"), event.client_id);
    CHECK_EQUAL(std::string("phone"), event.vendor_class);
    CHECK_EQUAL(std::string("2001:db8::5"), event.address);
    CHECK_EQUAL(std::string("2001:db8::2"), event.servers.at(1));
    CHECK(event.relay.empty());
}

TEST(Events, LongFieldsAreCutAndOddMacsLeftOut) {
    auto* record = queue.begin();
    record->set_mac(Bytes(20));
    record->set_client_id(Bytes(200));
    record->set_vendor_class(std::string(300, 'x'));
    record->set_servers(std::vector<Address>(70));
    CHECK(!record->has_mac);
    CHECK_EQUAL(130, record->client_id_size);
    CHECK_EQUAL(255, record->vendor_class_size);
    CHECK_EQUAL(63, record->server_count);
}

TEST(Events, AReusedCellStartsEmpty) {
    for (std::size_t i = 0; i < EventQueue::capacity; ++i) {
        auto* record = queue.begin();
        record->set_mac(Bytes(6));
        record->set_socket("/x");
        record->why_none = "no-servers";
        queue.commit(record);
        queue.pop();
    }
    auto* record = queue.begin();
    CHECK(!record->has_mac);
    CHECK_EQUAL(0, record->socket_size);
    CHECK(std::string_view(record->why_none).empty());
}

TEST(Events, NobodyListeningIsToldApartFromBusy) {
    EventSender sender;
    auto* record = queue.begin();
    record->set_socket("/nonexistent/branchline-events.sock");
    CHECK(sender.send(*record) == EventSender::Outcome::nobody);
}

TEST(Events, ASocketWhoseProcessHasEndedIsAbandoned) {
    const test::Scratch directory;
    const auto path = (directory / "events.sock").string();
    CHECK_FALSE(is_abandoned(""));
    CHECK_FALSE(is_abandoned(path));
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), name.sun_path);
    CHECK_EQUAL(0, ::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name));
    CHECK_FALSE(is_abandoned(path));
    ::close(socket);
    CHECK(is_abandoned(path));
    CHECK_FALSE(is_abandoned(std::string(200, 'x')));
}
