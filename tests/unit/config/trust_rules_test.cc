#include "support.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/trust_rules.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

TrustSettings trust(const std::string& text) {
    return read_trust(read_json_text(text, "t"), Position{}, {"/srv/files", "/srv/cache"});
}
std::string refusal(const std::string& text) {
    return error_of([&] { trust(text); });
}
std::vector<std::uint16_t> ports(const std::string& value) {
    const auto map = read_json_text("{ \"https-port\": " + value + " }", "t");
    return read_https_ports(MapReader(map, "Tftpd", {"https-port"}));
}
std::string port_refusal(const std::string& value) {
    return error_of([&] { ports(value); });
}

}  // namespace

TEST_GROUP(TrustRules){};

TEST(TrustRules, KeysAreNotBelowWhatPhonesCanGet) {
    STRCMP_EQUAL("/srv/trust", trust(R"({ "path": "/srv/trust" })").path.c_str());
    STRCMP_EQUAL("", refusal("{ }").c_str());
    for (const auto* path : {"/srv", "/srv/files", "/srv/files/trust", "/srv/cache/x"}) {
        CHECK_TEXT(has(refusal(std::string(R"({ "path": ")") + path + "\" }"), "phones could then ask for keys"), path);
    }
    CHECK(has(refusal(R"({ "https": [ { "certificate": "/a.pem", "key": "/srv/files/a.key" } ] })"), "t:1:"));
    CHECK(has(refusal(R"({ "pth": "/srv/trust" })"), "Did you mean \"path\""));
}

TEST(TrustRules, HttpsHasUpToTwoCertificatesEachWithItsKey) {
    const auto settings = trust(R"({ "https": [ { "certificate": "/a.pem", "key": "/a.key" } ] })");
    CHECK_EQUAL(1U, settings.https.size());
    STRCMP_EQUAL("/a.key", settings.https[0].key.c_str());
    CHECK(has(refusal(R"({ "https": [ { "certificate": "/a.pem" } ] })"), "has no \"key\""));
    CHECK(has(refusal(R"({ "https": [ { "key": "/a.key" } ] })"), "has no \"certificate\""));
    CHECK(!refusal(R"({ "https": [ ] })").empty());
    const std::string one = R"({ "certificate": "/a", "key": "/b" })";
    STRCMP_EQUAL("", refusal("{ \"https\": [ " + one + ", " + one + " ] }").c_str());
    CHECK(!refusal("{ \"https\": [ " + one + ", " + one + ", " + one + " ] }").empty());
}

TEST(TrustRules, HttpsPortIsOnePortOrTwoOrNone) {
    CHECK(ports("0").empty());
    CHECK(ports("[ ]").empty());
    CHECK(ports("6971") == std::vector<std::uint16_t>{6971});
    CHECK((ports("[ 6971, 6972 ]") == std::vector<std::uint16_t>{6971, 6972}));
    for (const auto* bad : {"65536", "-1", "\"6971\"", "[ 0 ]", "[ 65536 ]", "[ 6971, 6971 ]", "[ 1, 2, 3 ]", "[ \"a\" ]"}) {
        CHECK_TEXT(!port_refusal(bad).empty(), bad);
    }
}

TEST(TrustRules, ACertificateOpensTheHttpsPortUnlessItIsSaidOtherwise) {
    const auto read = [](const std::string& text) {
        return read_https_ports(MapReader(read_json_text(text, "t"), "Tftpd", {"https-port", "trust"}));
    };
    const std::string trust = R"("trust": { "https": [ { "certificate": "/a.pem", "key": "/a.key" } ] })";
    CHECK(read("{ }").empty());
    CHECK(read(R"({ "trust": { } })").empty());
    CHECK(read("{ " + trust + " }") == std::vector<std::uint16_t>{6971});
    CHECK(read("{ " + trust + R"(, "https-port": 0 })").empty());
}
