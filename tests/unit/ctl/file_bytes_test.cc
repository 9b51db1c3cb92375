#include "tftpd/ctl/file_bytes.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(FileBytes) {
    std::filesystem::path scratch;

    void setup() override {
        std::string name = "/tmp/file-bytes-XXXXXX";
        scratch = ::mkdtemp(name.data());
    }
    void teardown() override {
        std::filesystem::remove_all(scratch);
    }
    std::string file(const std::string& text) const {
        std::ofstream(scratch / "a") << text;
        return scratch / "a";
    }
};

TEST(FileBytes, TheWholeFileUpToTheLimit) {
    CHECK_EQUAL(std::string("four"), std::string(as_text(*file_bytes(file("four"), 4))));
    CHECK(file_bytes(file(""), 4)->empty());
    STRCMP_CONTAINS("more than 3 bytes", file_bytes(file("four"), 3).error().text.c_str());
}

TEST(FileBytes, WhatIsNoFileIsAFailureThatNamesIt) {
    STRCMP_CONTAINS("No such file", file_bytes(scratch / "none", 4).error().text.c_str());
    STRCMP_CONTAINS(scratch.c_str(), file_bytes(scratch, 4).error().text.c_str());
}
