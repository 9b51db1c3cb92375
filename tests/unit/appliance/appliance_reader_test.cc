#include "image/appliance/appliance_reader.h"

#include "tests/unit/config/support.h"
#include "tftpd/config/json_text.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using config_test::begins;
using config_test::error_of;
using config_test::has;

namespace {

Appliance read(const std::string& text) {
    return read_appliance(read_json_text(text, "a.conf"));
}
// An appliance with these interfaces and more keys.
std::string box(const std::string& interfaces, const std::string& more = {}) {
    return R"({ "Appliance": { "interfaces": [ )" + interfaces + " ]" + more + " } }";
}
std::string addressed(const std::string& address) {
    return box(R"({ "name": "port1", "addresses": [ ")" + address + "\" ] }");
}
std::string refused(const std::string& text) {
    return error_of([&] { read(text); });
}
const std::string one_port = R"({ "name": "port1", "addresses": [ "192.0.2.1/24" ] })";

}  // namespace

TEST_GROUP(ApplianceReader){};

TEST(ApplianceReader, ReadsTheShippedExample) {
    std::string path = config_test::example_path();
    CHECK_FALSE(path.empty());
    path.replace(path.rfind("branchline-tftpd"), 16, "branchline-appliance");
    const Appliance appliance = read_appliance(read_json_file(path));
    STRCMP_EQUAL("branch-17", appliance.host_name.c_str());
    LONGS_EQUAL(2, appliance.interfaces.size());
    STRCMP_EQUAL("2001:db8:1::1/64", appliance.interfaces[0].addresses[1].text().c_str());
    STRCMP_EQUAL("port2", appliance.routes[0].interface.c_str());
}

TEST(ApplianceReader, AMistakeIsToldWithItsPlace) {
    const std::string said = refused(box("{ \"name\": \"port1\",\n  \"addresses\": [ \"192.0.2.1\" ] }"));
    CHECK(begins(said, "a.conf:2:18: "));
    CHECK(has(said, "length of its network's prefix"));
}

TEST(ApplianceReader, PrefixLengthsEndAtTheFamilysOwn) {
    for (const char* good : {"192.0.2.1/0", "192.0.2.1/32", "2001:db8::1/128"}) {
        LONGS_EQUAL(1, read(addressed(good)).interfaces[0].addresses.size());
    }
    for (const char* bad :
         {"192.0.2.1/33", "2001:db8::1/129", "192.0.2.1/", "192.0.2.1/2x", "/24", "0.0.0.0/24", "ff02::1/64", "::1/128"}) {
        CHECK_FALSE(refused(addressed(bad)).empty());
    }
}

TEST(ApplianceReader, NamesThatAreNoPortBelongToVlans) {
    CHECK(has(refused(box(R"({ "name": "eth0" })")), "there is no port"));
    CHECK(has(refused(box(R"({ "name": "Port1" })")), "other characters"));
    CHECK(has(refused(box(R"({ "name": "port1;reboot" })")), "other characters"));
    CHECK(has(refused(box(R"({ "name": "a-very-long-nam0" })")), "15"));
    CHECK(has(refused(box(one_port + "," + one_port)), "twice"));
}

TEST(ApplianceReader, AVlanNeedsItsPortAndANumberOfItsOwn) {
    const std::string phones = R"({ "name": "phones", "vlan": { "port": "port1", "id": 20 } })";
    LONGS_EQUAL(20, read(box(phones + "," + one_port)).interfaces[0].vlan->id);
    CHECK(has(refused(box(phones)), "not among the interfaces"));
    const std::string again = R"(, { "name": "more", "vlan": { "port": "port1", "id": 20 } })";
    CHECK(has(refused(box(one_port + "," + phones + again)), "already"));
    for (const char* id : {"0", "4095"}) {
        CHECK_FALSE(refused(box(one_port + R"(, { "name": "v", "vlan": { "port": "port1", "id": )" + id + " } }")).empty());
    }
}

TEST(ApplianceReader, ARouterMustBeInReach) {
    LONGS_EQUAL(1, read(box(one_port, R"(, "routes": [ { "via": "192.0.2.254" } ])")).routes.size());
    CHECK(has(refused(box(one_port, R"(, "routes": [ { "via": "198.51.100.1" } ])")), "no network of the interfaces"));
    const std::string mixed = R"(, "routes": [ { "to": "2001:db8::/32", "via": "192.0.2.254" } ])";
    CHECK(has(refused(box(one_port, mixed)), "no network of the router's family"));
}

TEST(ApplianceReader, SshNeedsNetworksAndRealKeys) {
    const std::string key = R"("ssh-keys": [ "ssh-ed25519 AAAAC3 me" ])";
    const std::string networks = R"(, "networks": [ "192.0.2.0/24" ])";
    CHECK(has(refused(box(one_port, R"(, "admin": { )" + key + " }")), "\"networks\""));
    CHECK(has(refused(box(one_port, R"(, "admin": { "ssh-keys": [ "hunter2" ])" + networks + " }")), "no public SSH key"));
    LONGS_EQUAL(1, read(box(one_port, R"(, "admin": { )" + key + networks + " }")).admin_networks.size());
}

TEST(ApplianceReader, TheConsoleNeedsNetworksAndAPortOfItsOwn) {
    const auto admin = [](const std::string& text) {
        return box(one_port, R"(, "admin": { "networks": [ "192.0.2.0/24" ])" + text + " }");
    };
    LONGS_EQUAL(0, read(admin("")).console_port);
    LONGS_EQUAL(6980, read(admin(R"(, "console-port": 6980)")).console_port);
    LONGS_EQUAL(65535, read(admin(R"(, "console-port": 65535)")).console_port);
    CHECK(has(refused(admin(R"(, "console-port": 65536)")), "65535"));
    CHECK(has(refused(admin(R"(, "console-port": 6970)")), "another service's"));
    CHECK(has(refused(box(one_port, R"(, "admin": { "console-port": 6980 })")), "\"networks\""));
}

TEST(ApplianceReader, TheLogsServerIsAnAddress) {
    const Syslog log =
        *read(box(one_port, R"(, "syslog": { "server": "2001:db8:a::9", "port": 6514, "protocol": "tcp" })")).syslog;
    STRCMP_EQUAL("2001:db8:a::9", log.server.to_string().c_str());
    LONGS_EQUAL(6514, log.port);
    CHECK(log.tcp);
    LONGS_EQUAL(514, read(box(one_port, R"(, "syslog": { "server": "192.0.2.9" })")).syslog->port);
    CHECK_FALSE(read(box(one_port)).syslog.has_value());
    CHECK(has(refused(box(one_port, R"(, "syslog": { "server": "log.example.com" })")), "is no address"));
    CHECK_FALSE(refused(box(one_port, R"(, "syslog": { "server": "192.0.2.9", "port": 0 })")).empty());
    CHECK_FALSE(refused(box(one_port, R"(, "syslog": { "server": "192.0.2.9", "protocol": "tls" })")).empty());
}

TEST(ApplianceReader, UnknownKeysAreRefused) {
    CHECK(has(refused(box(R"({ "name": "port1", "adresses": [] })")), "addresses"));
    CHECK(has(refused(R"({ "Appliance": { "interfaces": [], "pasword": 1 } })"), "pasword"));
    CHECK(has(refused(R"({ "Dhcp4": { } })"), "Dhcp4"));
}

TEST(ApplianceReader, HostNamesAreOneLabel) {
    STRCMP_EQUAL("branch-17", read(box(one_port, R"(, "host-name": "branch-17")")).host_name.c_str());
    for (const char* bad : {"-a", "a-", "a.b", "a b", "a\\nb"}) {
        CHECK_FALSE(refused(box(one_port, R"(, "host-name": ")" + std::string(bad) + "\"")).empty());
    }
}

TEST(ApplianceReader, UpdatesComeByHttpsOnly) {
    CHECK(has(refused(box(one_port, R"(, "update": { "url": "http://updates.example.com/x" })")), "https"));
    CHECK_FALSE(read(box(one_port, R"(, "update": { "url": "https://updates.example.com/x" })")).update_url.empty());
}

TEST(ApplianceReader, AnUpdateServersAuthorityIsACertificateInBase64) {
    const auto with = [](const std::string& ca) {
        return box(one_port, R"(, "update": { "url": "https://updates.example.com/x", "ca-certificate": ")" + ca + R"(" })");
    };
    STRCMP_EQUAL("MIIB+/aA==", read(with("MIIB+/aA==")).update_ca.c_str());
    STRCMP_EQUAL("", read(box(one_port, R"(, "update": { "url": "https://updates.example.com/x" })")).update_ca.c_str());
    CHECK(has(refused(with("-----BEGIN CERTIFICATE-----")), "base64"));
    read(with(std::string(16384, 'A')));
    CHECK_FALSE(refused(with(std::string(16385, 'A'))).empty());
}
