#include "tftpd/config/config.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using boost::asio::ip::make_address;

TEST_GROUP(Config){};

TEST(Config, ServersOfEveryClusterAreRemoteServers) {
    Config config;
    CHECK_FALSE(config.is_remote_server(make_address("192.0.2.10")));
    config.clusters.push_back({.id = "a", .fqdn = {}, .description = {}, .servers = {{make_address("192.0.2.10")}}});
    config.clusters.push_back(
        {.id = "b", .fqdn = {}, .description = {}, .servers = {{make_address("192.0.2.20")}, {make_address("2001:db8::1")}}});
    CHECK(config.is_remote_server(make_address("192.0.2.10")));
    CHECK(config.is_remote_server(make_address("2001:db8::1")));
    CHECK_FALSE(config.is_remote_server(make_address("192.0.2.11")));
}

TEST(Config, AnIPv4MappedAddressIsTheIPv4Address) {
    Config config;
    config.clusters.push_back({.id = "a", .fqdn = {}, .description = {}, .servers = {{make_address("192.0.2.10")}}});
    CHECK(config.is_remote_server(make_address("::ffff:192.0.2.10")));
    CHECK_FALSE(config.is_remote_server(make_address("::192.0.2.10")));
    config.clusters[0].servers = {{make_address("::ffff:192.0.2.30")}};
    CHECK(config.is_remote_server(make_address("192.0.2.30")));
}
