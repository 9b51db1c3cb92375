#include "kea-hooks/message4.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;

namespace {

/// "CODE:LENGTH …" of each option; " ..." where one goes beyond the end.
std::string walked(const Bytes& options) {
    std::string text;
    const bool whole = for_each_option4(options, [&](std::uint8_t code, ByteView data) {
        text += std::to_string(code) + ':' + std::to_string(data.size()) + ' ';
    });
    return text + (whole ? "" : "...");
}

}  // namespace

TEST_GROUP(Message4){};

TEST(Message4, OptionsBeginBehindTheMagicCookie) {
    Bytes message(fixed_fields4);
    message.insert(message.end(), magic_cookie4.begin(), magic_cookie4.end());
    CHECK(options4_of(message).has_value());
    message.push_back(255);
    CHECK_EQUAL(255, options4_of(message)->front());
    CHECK_FALSE(options4_of(ByteView(message).first(fixed_fields4 + 3)).has_value());
    message[fixed_fields4] = 0;
    CHECK_FALSE(options4_of(message).has_value());
}

TEST(Message4, TheWalkPassesOverPaddingAndEndsAtTheEndMark) {
    CHECK_EQUAL(std::string("53:1 60:0 "), walked({0, 53, 1, 3, 0, 0, 60, 0, 255, 61, 9}));
    CHECK_EQUAL(std::string("53:1 "), walked({53, 1, 3}));
    CHECK_EQUAL(std::string(), walked({}));
}

TEST(Message4, AnOptionBeyondTheEndIsSaid) {
    CHECK_EQUAL(std::string("53:1 ..."), walked({53, 1, 3, 60, 2, 'x'}));
    CHECK_EQUAL(std::string("..."), walked({53}));
}
