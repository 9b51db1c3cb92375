#include "tftpd/config/nearest_word.h"

#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {
constexpr std::array<std::string_view, 5> words{"a-b-c-d-e-f", "tftp-port", "http-port", "threads", "files"};
}

TEST_GROUP(NearestWord){};

TEST(NearestWord, ASlipOfTheFingerIsUnderstood) {
    STRCMP_EQUAL("tftp-port", nearest_word("tftp-prot", words).c_str());
    STRCMP_EQUAL("threads", nearest_word("thread", words).c_str());
    STRCMP_EQUAL("files", nearest_word("file", words).c_str());
    STRCMP_EQUAL(" Did you mean \"files\"?", did_you_mean("flies", words).c_str());
}

TEST(NearestWord, CaseAndUnderscoreCountAsNothing) {
    STRCMP_EQUAL("http-port", nearest_word("HTTP_Port", words).c_str());
    STRCMP_EQUAL("a-b-c-d-e-f", nearest_word("A_B_C_D_E_F", words).c_str());
}

TEST(NearestWord, AWordThatIsFarFromAllGetsNoGuess) {
    STRCMP_EQUAL("", nearest_word("loggers", words).c_str());
    STRCMP_EQUAL("", nearest_word("x", words).c_str());
    STRCMP_EQUAL("", nearest_word("", words).c_str());
    STRCMP_EQUAL("", nearest_word(std::string(65, 't'), words).c_str());
    STRCMP_EQUAL("", did_you_mean("loggers", words).c_str());
}
