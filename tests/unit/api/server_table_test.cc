#include "tftpd/api/server_table.h"

#include "tests/unit/scratch.h"

#include <filesystem>
#include <fstream>
#include <random>

#include <sys/stat.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::api;

TEST_GROUP(ServerTable) {
    branchline::test::Scratch directory;

    std::string path() const {
        return (directory / server_table_name).string();
    }
};

TEST(ServerTable, ComesBackAsItWas) {
    const ServerTable table{1234567890, {{"192.0.2.1", false}, {"2001:db8::1", true}, {"self", true}}};
    const auto back = decode_server_table(encode(table));
    CHECK(!!back);
    CHECK_EQUAL(1234567890, back->written);
    CHECK(table.alive == back->alive);
}

TEST(ServerTable, IsReplacedWholeAndLeavesNothingBeside) {
    CHECK(!!write_server_table(path(), {1, {{"self", true}}}));
    CHECK(!!write_server_table(path(), {2, {{"self", false}}}));
    const auto back = read_server_table(path());
    CHECK(!!back);
    CHECK_EQUAL(2, back->written);
    CHECK(!back->alive.at("self"));
    CHECK_EQUAL(1, std::distance(std::filesystem::directory_iterator(directory.path()), std::filesystem::directory_iterator()));
    struct stat about{};
    CHECK_EQUAL(0, ::stat(path().c_str(), &about));
    CHECK_EQUAL(0644u, about.st_mode & 07777u);
}

TEST(ServerTable, FailuresNameThePathAndTheStep) {
    const auto missing = read_server_table(path());
    CHECK(!missing);
    CHECK(missing.error().text.find(path()) != std::string::npos);
    CHECK(!write_server_table((directory / "no" / "where").string(), {}));
    CHECK(!read_server_table(directory.path().string()));
}

TEST(ServerTable, AFifoInItsPlaceDoesNotHoldTheReader) {
    CHECK_EQUAL(0, ::mkfifo(path().c_str(), 0600));
    CHECK(!read_server_table(path()));
}

TEST(ServerTable, OnlySixtyFourKibibytesAreRead) {
    std::string text = "branchline-servers=1 written=1\n";
    const std::string line = "192.0.2.1 down\n";
    while (text.size() + line.size() <= 64 * 1024) {
        text += line;
    }
    text.append(64 * 1024 - text.size(), '\n');
    CHECK(!!decode_server_table(text));
    std::ofstream(path()) << text;
    CHECK(!!read_server_table(path()));
    std::ofstream(path()) << text << "\n";
    CHECK(!read_server_table(path()));
}

TEST(ServerTable, ALinkToTheTableIsFollowed) {
    CHECK(!!write_server_table(path() + ".elsewhere", {1234567890, {{"self", true}}}));
    std::filesystem::create_symlink(path() + ".elsewhere", path());
    const auto table = read_server_table(path());
    CHECK(!!table);
    CHECK(table->alive.at("self"));
}

TEST(ServerTable, WrongTablesAreRefused) {
    for (const char* wrong :
         {"", "branchline-servers=2 written=1\n", "branchline-servers=1 written=\n", "branchline-servers=1 written=1x\n",
          "branchline-servers=1 written=-1\n", "branchline-servers=1 written=1\nself\n",
          "branchline-servers=1 written=1\nself maybe\n", "branchline-servers=1 written=1\n up\n"}) {
        CHECK_TEXT(!decode_server_table(wrong), wrong);
    }
}

TEST(ServerTable, AnyBytesAreReadOrRefusedWithoutHarm) {
    std::mt19937 random(4711);
    const auto good = encode({1234567890, {{"192.0.2.1", false}, {"2001:db8::1", true}, {"self", true}}});
    int read = 0;
    for (int round = 0; round < 20000; ++round) {
        auto text = good;
        for (auto change = random() % 6; change > 0; --change) {
            text[random() % text.size()] = static_cast<char>(random());
        }
        text.resize(random() % (text.size() + 1));
        read += decode_server_table(text) ? 1 : 0;
    }
    CHECK(read > 0);
}
