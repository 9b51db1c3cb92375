#include "image/appliance/system_files.h"

#include "tests/unit/config/support.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using boost::asio::ip::make_address;
using config_test::has;

namespace {

Appliance box() {
    Appliance appliance;
    appliance.host_name = "branch-17";
    appliance.interfaces.push_back({.name = "port1"});
    appliance.interfaces.push_back(
        {.name = "phones", .vlan = Vlan{"port1", 20}, .addresses = {{make_address("192.0.2.1"), 24}}});
    appliance.routes.push_back({"default", make_address("192.0.2.254"), "phones"});
    appliance.routes.push_back({"198.51.100.0/24", make_address("192.0.2.253"), "phones"});
    return appliance;
}

}  // namespace

TEST_GROUP(SystemFiles){};

TEST(SystemFiles, AVlanIsMadeOnItsPort) {
    const SystemFiles files = system_files(box());
    CHECK(has(files.at("systemd/network/50-port1.network"), "VLAN=phones\n"));
    CHECK(has(files.at("systemd/network/50-phones.netdev"), "Kind=vlan\n\n[VLAN]\nId=20\n"));
    CHECK(has(files.at("systemd/network/50-phones.network"), "Address=192.0.2.1/24\n"));
}

TEST(SystemFiles, RoutesStandAtTheInterfaceThatReachesTheRouter) {
    const SystemFiles files = system_files(box());
    const std::string& phones = files.at("systemd/network/50-phones.network");
    CHECK(has(phones, "[Route]\nGateway=192.0.2.254\n"));
    CHECK(has(phones, "[Route]\nGateway=192.0.2.253\nDestination=198.51.100.0/24\n"));
    CHECK_FALSE(has(files.at("systemd/network/50-port1.network"), "[Route]"));
}

TEST(SystemFiles, APortWithoutDhcpAsksForNothing) {
    CHECK(has(system_files(box()).at("systemd/network/50-phones.network"), "DHCP=no\nIPv6AcceptRA=no\n"));
    CHECK(has(system_files(safe_appliance()).at("systemd/network/50-port1.network"), "DHCP=ipv4\nIPv6AcceptRA=yes\n"));
}

TEST(SystemFiles, TheLogGoesWhereItIsAskedToAndNowhereElse) {
    Appliance appliance = box();
    const std::string name = "systemd/netlogd.conf.d/branchline.conf";
    CHECK_FALSE(system_files(appliance).contains(name));
    appliance.syslog = Syslog{make_address("198.51.100.9")};
    STRCMP_EQUAL("[Network]\nAddress=198.51.100.9:514\nProtocol=udp\n", system_files(appliance).at(name).c_str());
    appliance.syslog = Syslog{make_address("2001:db8:a::9"), 6514, true};
    STRCMP_EQUAL("[Network]\nAddress=[2001:db8:a::9]:6514\nProtocol=tcp\n", system_files(appliance).at(name).c_str());
}

TEST(SystemFiles, SshIsOpenOnlyFromTheNamedNetworksAndWithKeys) {
    Appliance appliance = box();
    appliance.admin_networks = {"198.51.100.0/24", "2001:db8:a::/64"};
    CHECK_FALSE(has(packet_filter(appliance), "dport 22"));
    CHECK_FALSE(system_files(appliance).contains("appliance/ssh/authorized_keys"));
    appliance.ssh_keys = {"ssh-ed25519 AAAA a", "ssh-ed25519 BBBB b"};
    CHECK(has(packet_filter(appliance), "ip saddr 198.51.100.0/24 tcp dport 22 accept\n"));
    CHECK(has(packet_filter(appliance), "ip6 saddr 2001:db8:a::/64 tcp dport 22 accept\n"));
    STRCMP_EQUAL("ssh-ed25519 AAAA a\nssh-ed25519 BBBB b\n",
                 system_files(appliance).at("appliance/ssh/authorized_keys").c_str());
}

TEST(SystemFiles, TheConsoleIsOpenOnlyFromTheNamedNetworksAndWhenItsPortIsNamed) {
    Appliance appliance = box();
    appliance.admin_networks = {"198.51.100.0/24", "2001:db8:a::/64"};
    CHECK_FALSE(has(packet_filter(appliance), " saddr 198.51.100.0/24"));
    appliance.console_port = 6980;
    CHECK(has(packet_filter(appliance), "ip saddr 198.51.100.0/24 tcp dport 6980 accept\n"));
    CHECK(has(packet_filter(appliance), "ip6 saddr 2001:db8:a::/64 tcp dport 6980 accept\n"));
    CHECK_FALSE(has(packet_filter(appliance), "dport 22"));
}

TEST(SystemFiles, OnlyThePhonesPortsAreOpen) {
    const std::string filter = packet_filter(box());
    CHECK(has(filter, "hook input priority filter; policy drop;"));
    CHECK(has(filter, "udp dport { 67, 69, 547 } accept\n        tcp dport { 2445, 6970, 6971, 6972, 6973 } accept\n    }\n"));
    CHECK_FALSE(has(filter, "546"));
    CHECK(has(packet_filter(safe_appliance()), "iifname \"port1\" ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept\n"));
}

TEST(SystemFiles, TheUpdatesAddressAndItsAuthorityAreThereIfConfigured) {
    Appliance appliance = box();
    CHECK_FALSE(system_files(appliance).contains("appliance/update-url"));
    CHECK_FALSE(system_files(appliance).contains("appliance/update-ca.pem"));
    appliance.update_url = "https://updates.example.com/x";
    appliance.update_ca = std::string(64, 'A') + "B==";
    STRCMP_EQUAL("https://updates.example.com/x\n", system_files(appliance).at("appliance/update-url").c_str());
    STRCMP_EQUAL(("-----BEGIN CERTIFICATE-----\n" + std::string(64, 'A') + "\nB==\n-----END CERTIFICATE-----\n").c_str(),
                 system_files(appliance).at("appliance/update-ca.pem").c_str());
}
