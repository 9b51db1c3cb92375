#include "tftpd/app/opening.h"

#include "tftpd/config/config_error.h"
#include "tftpd/config/json_text.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Opening){static std::string refused(const char* key, const ConfigError& error){
    const auto document = read_json_text("{ \"Tftpd\": {\n  \"tftp-port\": 69 } }", "t.conf");
try {
    opening(document, key, [&] { throw error; });
} catch (const ConfigError& said) {
    return said.what();
}
return "nothing was thrown";
}
}
;

TEST(Opening, ARefusalGetsTheLineOfItsKey) {
    STRCMP_CONTAINS("t.conf:2:", refused("tftp-port", ConfigError({}, "taken")).c_str());
    STRCMP_CONTAINS("taken", refused("tftp-port", ConfigError({}, "taken")).c_str());
}

TEST(Opening, AKeyThatWasLeftOutIsShownByWhatItBelongsTo) {
    STRCMP_CONTAINS("t.conf:1:", refused("http-port", ConfigError({}, "taken")).c_str());
}

TEST(Opening, WhoKnowsTheLineIsBelieved) {
    STRCMP_EQUAL("u.conf:7:1: x", refused("tftp-port", ConfigError({"u.conf", 7, 1}, "x")).c_str());
}
