#include "tftpd/app/server_table_writer.h"
#include "tests/unit/scratch.h"
#include "tftpd/api/server_table.h"

#include <unistd.h>

#include <filesystem>
#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ServerTableWriter) {
    branchline::test::Scratch scratch;
    std::unique_ptr<ServerTableWriter> writer = std::make_unique<ServerTableWriter>();

    void setup() override {
        std::filesystem::create_directory(scratch / "a");
        std::filesystem::create_directory(scratch / "b");
    }
    void teardown() override {
        writer.reset();
    }
    std::string table(const char* directory) const {
        return (scratch / directory / api::server_table_name).string();
    }
};

TEST(ServerTableWriter, ItSaysWhetherWeServe) {
    writer->write(scratch / "a" / "x.sock", true);
    CHECK(api::read_server_table(table("a"))->alive.at("self"));
    writer->write(scratch / "a" / "x.sock", false);
    CHECK(!api::read_server_table(table("a"))->alive.at("self"));
}

TEST(ServerTableWriter, ItSaysWhichOthersAnswer) {
    writer->write(scratch / "a" / "x.sock", true, {{"192.0.2.2", false}, {"2001:db8::2", true}});
    const auto written = api::read_server_table(table("a"));
    CHECK(!written->alive.at("192.0.2.2"));
    CHECK(written->alive.at("2001:db8::2"));
    CHECK(written->alive.at("self"));
}

TEST(ServerTableWriter, ItMovesWithTheSocket) {
    writer->write(scratch / "a" / "x.sock", true);
    writer->write(scratch / "b" / "x.sock", true);
    CHECK(!std::filesystem::exists(table("a")));
    CHECK(std::filesystem::exists(table("b")));
}

TEST(ServerTableWriter, ItGoesWithItsWriter) {
    writer->write(scratch / "a" / "x.sock", true);
    writer.reset();
    CHECK(!std::filesystem::exists(table("a")));
}

TEST(ServerTableWriter, AMissingDirectoryIsNoMisfortune) {
    writer->write(scratch / "missing" / "x.sock", true);
    std::filesystem::create_directory(scratch / "missing");
    writer->write(scratch / "missing" / "x.sock", true);
    CHECK(std::filesystem::exists(table("missing")));
}

TEST(ServerTableWriter, NoSocketNoTable) {
    writer->write("", true);
}
