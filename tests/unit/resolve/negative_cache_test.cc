#include "tftpd/resolve/negative_cache.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(NegativeCache) {
    NegativeCache names;
    TimePoint now{1000s};
};

TEST(NegativeCache, NameIsRememberedUntilItsTimeAndNoLonger) {
    names.put("a", now + 30s);
    CHECK(names.contains("a", now + 30s - 1ns));
    CHECK(!names.contains("a", now + 30s));
    CHECK(!names.contains("b", now));
}

TEST(NegativeCache, NumberIsBounded) {
    for (std::size_t i = 0; i <= NegativeCache::max_names; ++i) {
        names.put(std::to_string(i), now + 30s);
    }
    CHECK(!names.contains("0", now));
    CHECK(names.contains("1", now));
    CHECK(names.contains(std::to_string(NegativeCache::max_names), now));
}

TEST(NegativeCache, NamesCanBeForgotten) {
    names.put("a", now + 30s);
    names.put("b", now + 30s);
    CHECK(names.erase("a"));
    CHECK(!names.erase("a"));
    CHECK_EQUAL(1u, names.erase_if([](const std::string& key) { return key == "b"; }));
}
