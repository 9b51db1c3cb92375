#include "support.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/json_tokens.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

// One value behind white space, as "value @line:column of what follows", or the error.
std::string token(const std::string& text) {
    return error_of([&] {
        IncludedText included(text, "t");
        JsonTokens tokens(included);
        tokens.skip();
        std::string read = tokens.begins_number() ? tokens.number()->str()
                           : tokens.begins_word() ? tokens.word()->str()
                                                  : "<" + tokens.string() + ">";
        throw ConfigError({read, tokens.here().line, tokens.here().column}, "");
    });
}

}  // namespace

TEST_GROUP(JsonTokens){};

TEST(JsonTokens, NumbersAreKeas) {
    const std::pair<const char*, const char*> cases[] = {
        {"0", "0"},
        {"-1", "-1"},
        {"010", "10"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1.5", "1.5"},
        {".5", "0.5"},
        {"1.", "1.0"},
        {"00.5", "0.5"},
        {"+1", "1.0"},
        {"1e3", "1000.0"},
        {"1.5E-3", "0.0015"},
        {"1e-999", "0.0"},
        {"-.5e+1", "-5.0"},
    };
    for (const auto& [text, value] : cases) {
        STRCMP_EQUAL((std::string(value) + ":1:" + std::to_string(std::string(text).size() + 1) + ": ").c_str(),
                     token(text).c_str());
    }
    // What is no part of the number is left for the next token, which then is one too many.
    STRCMP_EQUAL("0:1:2: ", token("0x10").c_str());
    STRCMP_EQUAL("1:1:2: ", token("1e").c_str());
    STRCMP_EQUAL("1:1:2: ", token("1e+").c_str());
    STRCMP_EQUAL("1.5:1:4: ", token("1.5.5").c_str());
    for (const char* text : {"-", "+", ".", "-.", "-e1", "9223372036854775808", "-9223372036854775809", "1e999"}) {
        CHECK_TEXT(begins(token(text), "t:1:1: this"), text);
    }
}

TEST(JsonTokens, StringsAreKeas) {
    STRCMP_EQUAL("<>:1:3: ", token("\"\"").c_str());
    STRCMP_EQUAL("<\"\\/\b\f\n\r\t>:1:19: ", token("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"").c_str());
    STRCMP_EQUAL("<A>:1:9: ", token("\"\\u0041\"").c_str());
    STRCMP_EQUAL("<é>:1:4: ", token("\"é\"").c_str());
    STRCMP_EQUAL("<\x7f>:1:4: ", token("\"\x7f\"").c_str());
    STRCMP_EQUAL("<// # /* <?include>:1:20: ", token("\"// # /* <?include\"").c_str());
}

TEST(JsonTokens, AnEscapeOfACodeIsOneByte) {
    STRCMP_EQUAL("<é>:1:15: ", token("\"\\u00c3\\u00A9\"").c_str());
    CHECK(begins(token("\"\\u00e9\""), "t:1:1: this string is not valid UTF-8"));
}

TEST(JsonTokens, BadStringsAreRefused) {
    const std::pair<const char*, const char*> cases[] = {
        {"\"x", "t:1:1: this string is not closed"},
        {"\"x\\\"", "t:1:1: this string is not closed"},
        {"\"x\ty\"", "t:1:3: a string goes on over the byte 0x09"},
        {"\"xy\n\"", "t:1:4: a string goes on over the byte 0x0a"},
        {"\"ab\\x\"", "t:1:4: this escape"},
        {"\"\\\n\"", "t:1:2: this escape"},
        {"\"\\", "t:1:2: this escape"},
        {"\"\\u0100\"", "t:1:2: this escape"},
        {"\"\\u00\"", "t:1:2: this escape"},
        {"\"\\u004\"", "t:1:2: this escape"},
        {"\"\\u004g\"", "t:1:2: this escape"},
        {"\"\\U0041\"", "t:1:2: this escape"},
        {"\"\\u0000\"", "t:1:1: this string holds a NUL"},
        {"\"\xe9\"", "t:1:1: this string is not valid UTF-8"},
    };
    for (const auto& [text, start] : cases) {
        CHECK_TEXT(begins(token(text), start), (std::string(text) + " -> " + token(text)).c_str());
    }
}

TEST(JsonTokens, WordsAreLowerCase) {
    STRCMP_EQUAL("true:1:5: ", token("true").c_str());
    STRCMP_EQUAL("null:2:7: ", token(" // x\n  null").c_str());
    CHECK(has(token("False"), "Write false."));
    CHECK(has(token("on"), "\"on\" is no value"));
    CHECK(begins(token("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                 "t:1:1: the word \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""));
}

TEST(JsonTokens, CommentsEndWhereKeaEndsThem) {
    STRCMP_EQUAL("1:2:2: ", token("# \"x\" /* \n1").c_str());
    STRCMP_EQUAL("1:1:17:", token("/* // x */ /**/1").substr(0, 7).c_str());
    CHECK(begins(token("1 /*").substr(0, 6), "1:1:2:"));
    CHECK(begins(token(" /* x */ /* y\n*"), "t:1:10: this comment is not closed"));
    CHECK(begins(token("/*/ 1"), "t:1:1: this comment is not closed"));
}

TEST(JsonTokens, AnIncludeDirectiveIsWrittenInFull) {
    const std::pair<const char*, const char*> cases[] = {
        {"<?"
         "?>",
         "t:1:3: "},
        {"<?import \"x\"?>", "t:1:3: "},
        {"<?INCLUDE \"x\"?>", "t:1:3: "},
        {"<?include ?>", "t:1:11: "},
        {"<?include \"\"?>", "t:1:12: the include directive names no file"},
        {"<?include \"x\" }", "t:1:15: "},
        {"<?include \"x\n\"?>", "t:1:13: the name"},
        {"<?include \"x", "t:1:13: the name"},
        {"<?include \"x\" \"y\"?>", "t:1:15: "},
        {"<? /**/ include \"x\"?>", "t:1:4: "},
        {"<?include \"x\"", "t:1:14: "},
    };
    for (const auto& [text, start] : cases) {
        CHECK_TEXT(begins(token(text), start), (std::string(text) + " -> " + token(text)).c_str());
    }
}
