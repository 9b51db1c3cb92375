#include "tftpd/console/accounts.h"
#include "tests/unit/scratch.h"

#include <sys/stat.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Accounts) {
    test::Scratch scratch;
    const std::filesystem::path file = scratch / "console/accounts.json";
    Accounts accounts{file};
};

TEST(Accounts, ThereIsNoPasswordAtFirst) {
    CHECK(accounts.first_use());
    for (const char* guess : {"", "admin", "operator", "branchline"}) {
        CHECK(!accounts.is_right(Role::operator_, guess));
    }
}

TEST(Accounts, APasswordIsRightForItsAccountAlone) {
    CHECK(static_cast<bool>(accounts.set_password(Role::operator_, "correct horse")));
    CHECK(!accounts.first_use());
    CHECK(accounts.is_right(Role::operator_, "correct horse"));
    CHECK(!accounts.is_right(Role::operator_, "correct hors"));
    CHECK(!accounts.is_right(Role::viewer, "correct horse"));
    CHECK(static_cast<bool>(accounts.set_password(Role::viewer, "battery staple")));
    CHECK(accounts.is_right(Role::viewer, "battery staple"));
    CHECK(accounts.is_right(Role::operator_, "correct horse"));
}

TEST(Accounts, ANewOneTakesThePlaceOfTheOld) {
    CHECK(static_cast<bool>(accounts.set_password(Role::operator_, "correct horse")));
    CHECK(static_cast<bool>(accounts.set_password(Role::operator_, "battery staple")));
    CHECK(!accounts.is_right(Role::operator_, "correct horse"));
    CHECK(accounts.is_right(Role::operator_, "battery staple"));
}

TEST(Accounts, TheFileHoldsASlowHashAndIsItsOwnersAlone) {
    CHECK(static_cast<bool>(accounts.set_password(Role::operator_, "correct horse")));
    const auto text = test::text_of_file(file);
    STRCMP_CONTAINS("\"$y$", text.c_str());
    CHECK(text.find("correct") == std::string::npos);
    struct stat status{};
    LONGS_EQUAL(0, ::stat(file.c_str(), &status));
    LONGS_EQUAL(0600, status.st_mode & 07777);
}

TEST(Accounts, TheLengthHasBounds) {
    CHECK(!accounts.set_password(Role::operator_, std::string(9, 'a')));
    CHECK(!accounts.set_password(Role::operator_, std::string(257, 'a')));
    CHECK(accounts.first_use());
    CHECK(static_cast<bool>(accounts.set_password(Role::operator_, std::string(256, 'a'))));
    CHECK(static_cast<bool>(accounts.set_password(Role::operator_, std::string(10, 'a'))));
}

TEST(Accounts, ADamagedFileIsNoFirstUse) {
    for (const char* text : {"{ \"operator\": ", "", "[]", "\x01"}) {
        scratch.write("console/accounts.json", text);
        CHECK(!accounts.first_use());
        CHECK(!accounts.is_right(Role::operator_, "correct horse"));
        CHECK(!accounts.set_password(Role::operator_, "correct horse"));
        STRCMP_EQUAL(text, test::text_of_file(file).c_str());
    }
}
