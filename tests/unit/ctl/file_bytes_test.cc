#include "tftpd/ctl/file_bytes.h"

#include "tests/unit/scratch.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(FileBytes) {
    branchline::test::Scratch scratch;

    std::string file(const std::string& text) const {
        return scratch.write("a", text);
    }
};

TEST(FileBytes, TheWholeFileUpToTheLimit) {
    CHECK_EQUAL(std::string("four"), std::string(as_text(*file_bytes(file("four"), 4))));
    CHECK(file_bytes(file(""), 4)->empty());
    STRCMP_CONTAINS("more than 3 bytes", file_bytes(file("four"), 3).error().text.c_str());
}

TEST(FileBytes, WhatIsNoFileIsAFailureThatNamesIt) {
    STRCMP_CONTAINS("No such file", file_bytes(scratch / "none", 4).error().text.c_str());
    STRCMP_CONTAINS(scratch.path().c_str(), file_bytes(scratch.path(), 4).error().text.c_str());
}
