#include "tftpd/upstream/learned_file.h"

#include "tests/unit/scratch.h"
#include <cstdlib>
#include <fstream>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(LearnedFile) {
    branchline::test::Scratch scratch;

    void write(const std::string& text) {
        std::ofstream(scratch / learned_file_name) << text;
    }
};

TEST(LearnedFile, WhatWasWrittenIsRead) {
    RemoteServer v4;
    v4.address = boost::asio::ip::make_address("192.0.2.10");
    RemoteServer v6;
    v6.address = boost::asio::ip::make_address("2001:db8::10");
    v6.tftp_port = 6969;
    const std::vector<LearnedCluster> known{{"west", "west.example.com", {v4, v6}}, {"east", "east.example.com", {}}};
    CHECK(static_cast<bool>(write_learned_file(scratch / "new", known)));
    CHECK(known == read_learned_file(scratch / "new"));
}

TEST(LearnedFile, NoFileIsNothing) {
    CHECK(read_learned_file(scratch.path()).empty());
}

TEST(LearnedFile, WhatMakesNoSenseIsNothing) {
    const std::string begin = "{\"clusters\": [{\"cluster-id\": \"a\", \"fqdn\": \"b\", \"tftp-servers\": [";
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("[]"), std::string("{\"clusters\": {}}"),
          std::string("{\"clusters\": [{}]}"), begin + "{}]}]}", begin + "{\"address\": \"x\", \"port\": 69}]}]}",
          begin + "{\"address\": \"192.0.2.1\", \"port\": 0}]}]}", begin + "{\"address\": \"192.0.2.1\", \"port\": 65536}]}]}",
          begin + "{\"address\": 1, \"port\": 69}]}]}"}) {
        write(text);
        CHECK_TEXT(read_learned_file(scratch.path()).empty(), text.c_str());
    }
}

TEST(LearnedFile, FileThatIsTooLargeIsNotRead) {
    write("{\"clusters\": []}" + std::string(max_learned_file, ' '));
    CHECK(read_learned_file(scratch.path()).empty());
}
