// What a booting phone asked for last is fetched before it asks.
#include "fake_clusters.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

namespace {

const std::string mac = "001122334455";
const std::string list = "CTLSEP001122334455.tlv";
const std::string configuration = "SEP001122334455.cnf.xml";

}  // namespace

TEST_GROUP(Prefetch) {
    FakeClusters clusters{{"a"}};

    void boots() {
        clusters.core->phone_boots(mac, {list, configuration});
        clusters.run();
    }
    /// How the last fetch of each name ends.
    void end() {
        for (auto& one : std::vector<Started>(clusters.started)) {
            if (!*one.running) {
                continue;
            }
            if (one.name == list) {
                one.events.done({FetchResult::not_found, ""});
            } else {
                one.events.found(6);
                one.events.bytes(as_bytes("config"));
                one.events.done({FetchResult::complete, ""});
            }
            clusters.run();
        }
    }
};

TEST(Prefetch, WhatThePhoneAskedForLiesReady) {
    boots();
    CHECK_EQUAL(std::string("a a"), clusters.asked());
    end();
    CHECK_EQUAL(std::string("not_found:negative"), said(clusters.ask(list)));
    CHECK_EQUAL(std::string("content:cache:a:config"), said(clusters.ask(configuration)));
    CHECK_EQUAL(std::string(), clusters.asked());
}

TEST(Prefetch, APhoneThatAsksMeanwhileJoinsTheFetch) {
    boots();
    clusters.asked();
    const auto answer = clusters.ask(configuration);
    CHECK_EQUAL(std::string(), clusters.asked());
    end();
    CHECK_EQUAL(std::string("content:cluster:a:config"), said(answer));
}

TEST(Prefetch, WhatIsNowhereStaysSoWhenAnotherFileOfThePhoneIsFound) {
    boots();
    end();
    clusters.asked();
    CHECK_EQUAL(std::string("not_found:negative"), said(clusters.ask(list)));
    CHECK_EQUAL(std::string(), clusters.asked());
}

TEST(Prefetch, WhileTheClustersHaveMuchToDoNothingIsFetched) {
    for (int i = 0; i < 101; ++i) {
        clusters.ask("file" + std::to_string(i));
    }
    clusters.asked();
    boots();
    CHECK_EQUAL(std::string(), clusters.asked());
    clusters.ask(configuration);
    CHECK_EQUAL(std::string("a"), clusters.asked());
}

TEST(Prefetch, SomeNamesOfAPhoneAndNoMore) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < ResolverCore::max_prefetched + 2; ++i) {
        names.push_back("SEP001122334455.x" + std::to_string(i));
    }
    names[0] = "../up";
    clusters.core->phone_boots(mac, names);
    clusters.run();
    CHECK_EQUAL(ResolverCore::max_prefetched - 1, clusters.started.size());
}
