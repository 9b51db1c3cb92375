#include "kea-hooks/parameters.h"

#include <cc/data.h>

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;

TEST_GROUP(Parameters) {
    Problems problems;

    Layer read(const std::string& json) {
        problems.clear();
        return read_layer(isc::data::Element::fromJSON(json), "test", problems);
    }
    void wrong(const std::string& json, const std::string& says) {
        read(json);
        CHECK_EQUAL_TEXT(1u, problems.size(), json.c_str());
        CHECK_TEXT(problems.front().find(says) != std::string::npos, problems.front().c_str());
        CHECK_TEXT(problems.front().find(":1:") != std::string::npos, problems.front().c_str());  // its position
    }
    static std::string list_of(unsigned count) {
        std::string json = "{ \"tftp-servers\": [ ";
        for (unsigned i = 0; i < count; ++i) {
            json += (i == 0 ? "\"10.0." : ", \"10.0.") + std::to_string(i / 250) + "." + std::to_string(1 + i % 250) + "\"";
        }
        return json + " ] }";
    }
};

TEST(Parameters, AllKeysAreRead) {
    const auto layer = read(R"({ "tftp-servers": [ "auto", "192.0.2.2", "2001:db8::2" ], "endpoints": "all", "order": "spread",
        "withdraw-dead": false, "alternatives": [ "option-66", "sub-option-2" ], "event-socket": "/x",
        "probe-interval": 60, "known-dhcp-servers": [ "192.0.2.3", "fe80::3" ] })");
    CHECK(problems.empty());
    CHECK(layer.probe_interval == 60U);
    CHECK_EQUAL(2u, layer.known_dhcp_servers->size());
    CHECK_EQUAL(2u, layer.servers->v4.size());
    CHECK_EQUAL(2u, layer.servers->v6.size());
    CHECK(layer.servers->v4[0].is_auto());
    CHECK_EQUAL(std::string("192.0.2.2"), to_text(*layer.servers->v4[1].address));
    CHECK_EQUAL(std::string("2001:db8::2"), to_text(*layer.servers->v6[1].address));
    CHECK(layer.endpoints == Endpoints::all);
    CHECK(layer.order == Order::spread);
    CHECK(layer.withdraw_dead == false);
    CHECK(layer.alternatives->option_66);
    CHECK(layer.alternatives->sub_option_2);
    CHECK(layer.event_socket == "/x");
}

TEST(Parameters, NothingSaysNothing) {
    const auto layer = read("{ \"comment\": \"ours\" }");
    CHECK(problems.empty());
    CHECK(!layer.servers && !layer.endpoints && !layer.order && !layer.withdraw_dead && !layer.alternatives &&
          !layer.event_socket);
    CHECK(!read_layer({}, "none at all", problems).servers);
    CHECK(problems.empty());
}

TEST(Parameters, TheLookForOtherDhcpServers) {
    CHECK(read(R"({ "probe-interval": 0 })").probe_interval == 0U);
    CHECK(read(R"({ "probe-interval": 604800 })").probe_interval == 604'800U);
    CHECK(problems.empty());
    for (const char* value : {"-1", "604801", "\"60\"", "1.5", "true"}) {
        wrong(std::string("{ \"probe-interval\": ") + value + " }", "from 0 (no look");
    }
    CHECK(read(R"({ "known-dhcp-servers": [] })").known_dhcp_servers->empty());
    for (const char* value : {"\"192.0.2.1\"", "[ 7 ]", "[ \"dhcp.example.com\" ]"}) {
        wrong(std::string("{ \"known-dhcp-servers\": ") + value + " }", "at most 64");
    }
}

TEST(Parameters, AnEmptyListIsAList) {
    const auto layer = read(R"({ "tftp-servers": [] })");
    CHECK(problems.empty());
    CHECK(layer.servers.has_value());
}

TEST(Parameters, SixtyThreeAddressesAreTheMost) {
    CHECK_EQUAL(63u, read(list_of(63)).servers->v4.size());
    CHECK(problems.empty());
    wrong(list_of(64), "at most 63");
    CHECK(!read(list_of(64)).servers);
}

TEST(Parameters, WrongServersAreNamed) {
    wrong(R"({ "tftp-servers": [ "10.0.0.300" ] })", "10.0.0.300");
    wrong(R"({ "tftp-servers": [ "tftp.example.com" ] })", "not an IP address");
    wrong(R"({ "tftp-servers": [ "Auto" ] })", "not an IP address");
    wrong(R"({ "tftp-servers": [ 7 ] })", "must be a string");
    wrong(R"({ "tftp-servers": "auto" })", "must be a list");
    wrong(R"({ "tftp-servers": [ "192.0.2.1", "192.0.2.1" ] })", "twice");
    wrong(R"({ "tftp-servers": [ "auto", "auto" ] })", "twice");
    wrong(R"({ "tftp-servers": [ "2001:db8::1", "2001:0db8:0::1" ] })", "twice");
    for (const char* address : {"0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "127.0.0.1", "::1"}) {
        wrong("{ \"tftp-servers\": [ \"" + std::string(address) + "\" ] }", "not an address that a phone can ask");
    }
    wrong(R"({ "tftp-servers": [ "fe80::1" ] })", "link-local");
}

TEST(Parameters, WrongWordsAreNamedWithTheRightOnes) {
    wrong(R"({ "endpoints": "snom" })", "\"cisco\" or \"all\"");
    wrong(R"({ "endpoints": true })", "must be a string");
    wrong(R"({ "order": "random" })", "\"listed\" or \"spread\"");
    wrong(R"({ "withdraw-dead": "true" })", "without quotes");
    wrong(R"({ "alternatives": [ "option-67" ] })", "option-66");
    wrong(R"({ "alternatives": "option-66" })", "list");
    wrong(R"({ "tftp-server": [ "auto" ] })", "no setting of the hook");
    wrong("[]", "must be a map");
}

TEST(Parameters, AnEventSocketIsAnAbsolutePathOrOff) {
    CHECK(read(R"({ "event-socket": "" })").event_socket == "");
    wrong(R"({ "event-socket": "x.sock" })", "absolute");
    CHECK_EQUAL(107u, read("{ \"event-socket\": \"/" + std::string(106, 's') + "\" }").event_socket->size());
    CHECK(problems.empty());
    wrong("{ \"event-socket\": \"/" + std::string(107, 's') + "\" }", "107");
}

TEST(Parameters, EveryProblemIsTold) {
    const auto layer = read(R"({ "endpoints": "snom", "order": "spread", "withdraw-dead": 1, "what": 2 })");
    CHECK_EQUAL(3u, problems.size());
    CHECK(layer.order == Order::spread);
    CHECK(!layer.endpoints);
}

TEST(Parameters, TextFromOutsideIsEscaped) {
    wrong(R"({ "order": "a\nb" })", "a\\x0ab");
}

TEST(Parameters, AUserContextIsReadUnderItsKey) {
    const auto context = isc::data::Element::fromJSON(R"({ "site": 5, "branchline": { "order": "spread" } })");
    CHECK(read_user_context(context, "test", problems).order == Order::spread);
    CHECK(!read_user_context(isc::data::Element::fromJSON(R"({ "site": 5 })"), "test", problems).order);
    CHECK(problems.empty());
    read_user_context(isc::data::Element::fromJSON(R"({ "branchline": 5 })"), "test", problems);
    CHECK_EQUAL(1u, problems.size());
}
