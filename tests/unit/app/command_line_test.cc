#include "tftpd/app/command_line.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Action = CommandLine::Action;

namespace {

CommandLine read(std::vector<std::string> words) {
    words.insert(words.begin(), "branchline-tftpd");
    std::vector<char*> pointers;
    for (auto& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    return read_command_line(static_cast<int>(words.size()), pointers.data());
}

}  // namespace

TEST_GROUP(CommandLine){};

TEST(CommandLine, KeasFlagsAreTaken) {
    CHECK(read({"-c", "a.conf"}).action == Action::run);
    CHECK_EQUAL(std::string("a.conf"), read({"-c", "a.conf"}).file);
    CHECK(read({"-t", "a.conf"}).action == Action::check);
    CHECK(read({"-T", "a.conf"}).action == Action::check_environment);
    CHECK(read({"-v"}).action == Action::version);
    CHECK(read({"-V"}).action == Action::extended_version);
    CHECK(read({"-W"}).action == Action::build_report);
    CHECK(read({"-d", "-c", "a.conf"}).debug);
    CHECK(!read({"-c", "a.conf"}).debug);
}

TEST(CommandLine, APortIsOneTo65535) {
    UNSIGNED_LONGS_EQUAL(1, *read({"-c", "a", "-p", "1"}).tftp_port);
    UNSIGNED_LONGS_EQUAL(65535, *read({"-c", "a", "-p", "65535"}).tftp_port);
    for (const auto* port : {"0", "65536", "-1", "69x", "", " 69"}) {
        CHECK_TEXT(read({"-c", "a", "-p", port}).action == Action::wrong, port);
    }
}

TEST(CommandLine, WrongUsageIsExplained) {
    CHECK_EQUAL(std::string("-x is no option of this program"), read({"-x"}).fault);
    CHECK_EQUAL(std::string("-c needs a value"), read({"-c"}).fault);
    CHECK_EQUAL(std::string("nothing to do: give one of -c, -t, -T, -v, -V, -W, -h"), read({}).fault);
    CHECK_EQUAL(std::string("what is \"a.conf\" meant to be? A file is given with -c, -t or -T"), read({"a.conf"}).fault);
    CHECK(read({"-c", "a", "-t", "a"}).action == Action::wrong);
}
