#include "tftpd/base/result.h"

#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Result){};

TEST(Result, HoldsAValueOrAFailure) {
    const Result<int> good(7);
    CHECK(static_cast<bool>(good));
    CHECK_EQUAL(7, *good);
    const Result<int> bad(Failure{"no such file"});
    CHECK_FALSE(static_cast<bool>(bad));
    CHECK_EQUAL(std::string("no such file"), bad.error().text);
}

TEST(Result, AValueThatCannotBeCopiedIsMovedOut) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(3));
    const auto taken = *std::move(result);
    CHECK_EQUAL(3, *taken);
}
