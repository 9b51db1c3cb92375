#include "tftpd/resolve/owners.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(Owners) {
    Owners owners;
    TimePoint now{1000s};
};

TEST(Owners, OwnerIsKnownUntilItsTimeAndNoLonger) {
    owners.put("a", "east", now + 1800s);
    CHECK(owners.find("a", now + 1800s - 1ns) == "east");
    CHECK(!owners.find("a", now + 1800s));
    CHECK(!owners.find("a", now));  // forgotten, not hidden
}

TEST(Owners, NumberIsBounded) {
    for (std::size_t i = 0; i <= Owners::max_names; ++i) {
        owners.put(std::to_string(i), "east", now + 1800s);
    }
    CHECK(!owners.find("0", now));
    CHECK(owners.find("1", now).has_value());
}

TEST(Owners, NamesOfAClusterCanBeForgotten) {
    owners.put("a", "east", now + 1800s);
    owners.put("b", "west", now + 1800s);
    CHECK_EQUAL(1u, owners.erase_if([](const std::string&, const std::string& cluster) { return cluster == "east"; }));
    CHECK(!owners.find("a", now));
    CHECK(owners.find("b", now) == "west");
}
