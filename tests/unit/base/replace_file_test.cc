#include "tftpd/base/replace_file.h"

#include "tests/unit/scratch.h"
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ReplaceFile) {
    branchline::test::Scratch scratch;

    static std::string content(const std::filesystem::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(scratch.path()), {}));
    }
};

TEST(ReplaceFile, NewAndOldFileHaveTheTextAndTheModeThatWereGiven) {
    CHECK(static_cast<bool>(replace_file(scratch / "a", "one", 0640)));
    CHECK(static_cast<bool>(replace_file(scratch / "a", "two", 0600)));
    CHECK_EQUAL(std::string("two"), content(scratch / "a"));
    struct ::stat found{};
    CHECK_EQUAL(0, ::stat((scratch / "a").c_str(), &found));
    CHECK_EQUAL(0600u, found.st_mode & 07777);
    CHECK_EQUAL(1u, files());
}

TEST(ReplaceFile, FailureSaysWhyAndLeavesNothingBehind) {
    std::filesystem::create_directory(scratch / "directory");
    CHECK_FALSE(static_cast<bool>(replace_file(scratch / "directory", "x", 0640)));
    CHECK_EQUAL(1u, files());
    const auto missing = replace_file(scratch / "missing" / "a", "x", 0640);
    CHECK_FALSE(static_cast<bool>(missing));
    CHECK(missing.error().text.find("No such file") != std::string::npos);
}
