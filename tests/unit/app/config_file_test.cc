#include "tftpd/app/config_file.h"
#include "tests/unit/scratch.h"
#include "tftpd/config/config_error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::ConstElementPtr;
using isc::data::Element;

TEST_GROUP(ConfigFile) {
    branchline::test::Scratch scratch;
    ConstElementPtr document = Element::fromJSON(R"({ "Tftpd": { "tftp-port": 69 } })");

    static std::string content(const std::filesystem::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static unsigned mode(const std::filesystem::path& path) {
        struct ::stat found{};
        return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(scratch.path()), {}));
    }
};

TEST(ConfigFile, WhatIsWrittenIsTheDocument) {
    write_config_file(scratch / "new.conf", document);
    CHECK_EQUAL(document->str(), Element::fromJSON(content(scratch / "new.conf"))->str());
    UNSIGNED_LONGS_EQUAL(0640, mode(scratch / "new.conf"));
    UNSIGNED_LONGS_EQUAL(1, files());
}

TEST(ConfigFile, AnOldFileKeepsItsMode) {
    std::ofstream(scratch / "old.conf") << "old";
    ::chmod((scratch / "old.conf").c_str(), 0600);
    write_config_file(scratch / "old.conf", document);
    UNSIGNED_LONGS_EQUAL(0600, mode(scratch / "old.conf"));
    CHECK(content(scratch / "old.conf") != "old");
}

TEST(ConfigFile, WhatCannotBeReplacedStaysAndNothingIsLeftBehind) {
    std::filesystem::create_directory(scratch / "directory.conf");
    CHECK_THROWS(ConfigError, write_config_file(scratch / "directory.conf", document));
    UNSIGNED_LONGS_EQUAL(1, files());
    CHECK_THROWS(ConfigError, write_config_file(scratch / "missing" / "new.conf", document));
}

TEST(ConfigFile, OnlyTheRunningFilesDirectoryMayBeWrittenTo) {
    const std::filesystem::path running = "/etc/kea/branchline-tftpd.conf";
    CHECK_EQUAL(running.string(), target_for_writing(running, "").string());
    CHECK_EQUAL(std::string("/etc/kea/new.conf"), target_for_writing(running, "new.conf").string());
    CHECK_EQUAL(std::string("/etc/kea/new.conf"), target_for_writing(running, "/etc/kea/new.conf").string());
    for (const auto* wanted : {"/etc/passwd", "../passwd", "/etc/kea/../passwd", "sub/new.conf", "/etc/kea/", "."}) {
        CHECK_THROWS(ConfigError, target_for_writing(running, wanted));
    }
}

TEST(ConfigFile, ARelativeRunningFileIsFoundFromWhereTheDaemonStands) {
    CHECK_EQUAL((std::filesystem::current_path() / "new.conf").string(), target_for_writing("a.conf", "new.conf").string());
}
