#include "tftpd/ctl/system_words.h"

#include <CppUTest/TestHarness.h>

using branchline::system_command;

TEST_GROUP(SystemWords){};

TEST(SystemWords, WithoutAHostItIsThisBoxsOwnProgram) {
    CHECK((system_command("", "status", 0) == std::vector<std::string>{"/usr/lib/branchline/system", "status"}));
}

TEST(SystemWords, AHostIsReachedBySshAsItsOperator) {
    CHECK((system_command("branch-17", "configure", 60) ==
           std::vector<std::string>{"ssh", "--", "operator@branch-17", "configure", "60"}));
    CHECK((system_command("me@2001:db8::1", "status", 0) == std::vector<std::string>{"ssh", "--", "me@2001:db8::1", "status"}));
}
