#include "tftpd/store/lru_map.h"

#include <string>

#include <CppUTest/TestHarness.h>

using branchline::LruMap;

TEST_GROUP(LruMap){};

TEST(LruMap, TheOneUsedLongestAgoGoesFirst) {
    LruMap<std::string, int> map(2);
    map.put("a", 1);
    map.put("b", 2);
    CHECK_EQUAL(1, *map.find("a"));
    map.put("c", 3);
    CHECK(map.find("b") == nullptr);
    CHECK_EQUAL(1, *map.find("a"));
    CHECK_EQUAL(3, *map.find("c"));
}

TEST(LruMap, WeightIsKeptToAndReplacingCountsOnce) {
    LruMap<std::string, int> map(10);
    map.put("a", 1, 6);
    map.put("a", 2, 6);
    CHECK_EQUAL(6u, map.weight());
    map.put("b", 3, 4);
    CHECK_EQUAL(2u, map.size());
    map.put("c", 4, 1);
    CHECK(map.find("a") == nullptr);
    CHECK_EQUAL(5u, map.weight());
}

TEST(LruMap, WhatIsHeavierThanTheBoundIsNotKept) {
    LruMap<std::string, int> map(10);
    map.put("a", 1, 10);
    map.put("b", 2, 11);
    CHECK(map.find("b") == nullptr);
    CHECK(map.find("a") != nullptr);
}

TEST(LruMap, EraseIfTakesOutWhatMatches) {
    LruMap<std::string, int> map(10);
    map.put("a", 1);
    map.put("b", 2);
    map.put("c", 1);
    CHECK_EQUAL(2u, map.erase_if([](const std::string&, int value) { return value == 1; }));
    CHECK_EQUAL(1u, map.size());
    CHECK_EQUAL(1u, map.weight());
}
