#include "kea-hooks/chosen_servers.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;
using namespace std::chrono_literals;

TEST_GROUP(ChosenServers) {
    ChosenServers servers;
    ChosenServers::TimePoint now{1000h};
    const Address router = *parse_address("fe80::66");

    /// A phone with that last byte of its MAC chooses the server with the DUID { `server` }.
    bool chosen(std::uint8_t server, std::uint8_t phone = 1) {
        EventRecord event;
        event.set_mac(Bytes{0, 0x11, 0x22, 0x33, 0x44, phone});
        event.set_server_duid(Bytes{server});
        return servers.chosen(event, now);
    }
    void answered(std::uint8_t server) {
        servers.answered(Bytes{server}, router, now);
    }
    std::string told() {
        std::string text;
        for (const auto& event : servers.take()) {
            CHECK_EQUAL(0, event.server_duid_size);
            CHECK_EQUAL(1, event.server_count);
            text += std::to_string(event.mac[5]) + " " + to_text(event.servers[0]) + " ";
        }
        return text;
    }
};

TEST(ChosenServers, OneThatIsNotKnownIsLookedForAndToldOnceItAnswers) {
    CHECK(chosen(7, 1));
    CHECK_FALSE(chosen(7, 2));
    CHECK_EQUAL(std::string(), told());
    now += 2s;
    answered(8);
    CHECK_EQUAL(std::string(), told());
    answered(7);
    CHECK_EQUAL(std::string("1 fe80::66 2 fe80::66 "), told());
    answered(7);
    CHECK_EQUAL(std::string(), told());
}

TEST(ChosenServers, OneThatHasAnsweredIsToldAtOnce) {
    answered(7);
    CHECK_FALSE(chosen(7));
    CHECK_EQUAL(std::string("1 fe80::66 "), told());
    now += ChosenServers::remembered - 1s;
    CHECK_FALSE(chosen(7));
    now += 1s;
    CHECK(chosen(7));
}

TEST(ChosenServers, OneThatIsSilentIsToldOfNeverAndLookedForOnceAnHour) {
    CHECK(chosen(7));
    now += ChosenServers::remembered - 1s;
    CHECK_FALSE(chosen(7));
    answered(7);
    CHECK_EQUAL(std::string(), told());  // it was not there when the phone chose
    now += ChosenServers::remembered;
    CHECK(chosen(7));
}

TEST(ChosenServers, ManyServersAndManyPhonesAreNotKept) {
    for (std::size_t server = 0; server < ChosenServers::max_servers; ++server) {
        CHECK(chosen(static_cast<std::uint8_t>(server)));
    }
    CHECK_FALSE(chosen(200));
    answered(200);
    CHECK_FALSE(chosen(200));
    for (std::uint8_t phone = 2; phone < 100; ++phone) {
        CHECK_FALSE(chosen(0, phone));
    }
    answered(0);
    CHECK_EQUAL(ChosenServers::max_waiting, servers.take().size());
    for (std::size_t i = 0; i < 2 * ChosenServers::max_told; ++i) {
        CHECK_FALSE(chosen(0));
    }
    CHECK_EQUAL(ChosenServers::max_told, servers.take().size());
    servers.answered({}, router, now);
    servers.answered(Bytes(max_duid + 1), router, now);
}
