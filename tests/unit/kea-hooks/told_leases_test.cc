#include "kea-hooks/told_leases.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;
using Kind = api::LeaseEvent::Kind;

TEST_GROUP(ToldLeases) {
    static constexpr std::int64_t now = 1000;
    ToldLeases leases;

    static Address address(unsigned number) {
        return *parse_address("10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256));
    }
    static LeaseFact lease(unsigned number, std::int64_t ends = now + 600) {
        return {address(number),
                {0, 0, 0, 0, static_cast<std::uint8_t>(number / 256), static_cast<std::uint8_t>(number % 256)},
                7,
                ends};
    }
    static LeasePage all(std::vector<LeaseFact> of) {
        LeasePage page;
        page.leases = std::move(of);
        return page;
    }
    std::string told() {
        std::string text;
        while (const auto* record = leases.next(now, "s")) {
            text += (record->kind == Kind::held ? "+" : "-") + to_text(record->address) + " ";
            leases.pop();
        }
        return text;
    }
};

TEST(ToldLeases, WhatIsNewChangedOrGoneIsToldOnce) {
    leases.page(all({lease(1), lease(2), lease(3)}));
    CHECK_EQUAL(std::string("+10.0.0.1 +10.0.0.2 +10.0.0.3 "), told());
    leases.page(all({lease(1), lease(2), lease(3)}));
    CHECK_EQUAL(std::string(), told());
    leases.page(all({lease(2, now + 900), lease(3), lease(4)}));
    CHECK_EQUAL(std::string("-10.0.0.1 +10.0.0.2 +10.0.0.4 "), told());
    leases.page(all({}));
    CHECK_EQUAL(std::string("-10.0.0.2 -10.0.0.3 -10.0.0.4 "), told());
    CHECK(leases.all_told());
}

TEST(ToldLeases, AnEventSaysWhatTheLeaseIs) {
    leases.page(all({lease(1)}));
    const auto event = to_event(*leases.next(now, "/run/x"));
    CHECK_EQUAL(4U, event.family);
    CHECK_EQUAL(600U, event.lifetime);
    CHECK_EQUAL(7U, event.subnet);
    CHECK(event.mac == (std::array<std::uint8_t, 6>{0, 0, 0, 0, 0, 1}));
    CHECK_EQUAL(1U, leases.next(now + 5000, "s")->lifetime);
}

TEST(ToldLeases, PagesGoOnWhereTheLastEnded) {
    auto first = all({lease(1), lease(2)});
    first.at_end = false;
    first.last = address(2);
    leases.page(first);
    CHECK(leases.behind() == address(2));
    leases.page(first);  // asked for twice: passed over
    auto second = all({lease(3)});
    second.behind = address(2);
    leases.page(second);
    CHECK(leases.behind().empty());
    CHECK_EQUAL(std::string("+10.0.0.1 +10.0.0.2 +10.0.0.3 "), told());
    // A page says nothing of what lies behind it.
    first.leases = {lease(2)};
    leases.page(first);
    CHECK_EQUAL(std::string("-10.0.0.1 "), told());
    second.leases.clear();
    leases.page(second);
    CHECK_EQUAL(std::string("-10.0.0.3 "), told());
}

TEST(ToldLeases, WhoComesNewIsToldAll) {
    leases.page(all({lease(1), lease(2)}));
    leases.pop();
    leases.forget();
    CHECK(leases.all_told());
    leases.page(all({lease(1), lease(2)}));
    CHECK_EQUAL(std::string("+10.0.0.1 +10.0.0.2 "), told());
}

TEST(ToldLeases, ItHoldsItsCapacityAndNoMore) {
    std::vector<LeaseFact> many;
    for (unsigned i = 0; i <= ToldLeases::capacity; ++i) {
        many.push_back(lease(i));
    }
    leases.page(all(many));
    std::size_t count = 0;
    for (; leases.next(now, "s") != nullptr; leases.pop()) {
        ++count;
    }
    CHECK_EQUAL(ToldLeases::capacity, count);
}
