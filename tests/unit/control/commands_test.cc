// Commands as they arrive: JSON in, through Kea's own CommandMgr, JSON out; the resolver and the services are the real ones,
// with ports off, an empty cache and no remote cluster that could be asked.
#include "tftpd/control/commands.h"
#include "tests/unit/scratch.h"
#include "tftpd/api/command_names.h"
#include "tftpd/base/counters.h"
#include "tftpd/config/config_error.h"
#include "tftpd/phones/phone_watch.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/trust/certificate_stores.h"

#include <cc/command_interpreter.h>
#include <config/command_mgr.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::ConstElementPtr;
using isc::data::Element;

TEST_GROUP(Commands) {
    branchline::test::Scratch scratch;
    std::shared_ptr<Config> config;
    LeaseTable leases;
    std::unique_ptr<Resolver> resolver;
    PhoneWatch phones{leases};
    std::unique_ptr<trust::CertificateStores> certificates;
    std::unique_ptr<Commands> commands;
    ConstElementPtr document = Element::fromJSON(R"({ "Tftpd": { "tftp-port": 6969 } })");
    ConstElementPtr taken;
    bool shut_down = false;
    std::string password_set;

    void setup() override {
        config = std::make_shared<Config>();
        config->files = scratch / "files";
        config->cache.path = scratch / "cache";
        Cluster cluster;
        cluster.id = "hq-east";
        cluster.fqdn = "cucm.example.com";
        cluster.servers = {{boost::asio::ip::make_address("192.0.2.10"), 69, 6970}};
        config->clusters = {cluster};
    }

    void teardown() override {
        commands.reset();
        resolver.reset();
    }

    ConstElementPtr send(const std::string& json) {
        if (!commands) {
            resolver = std::make_unique<Resolver>(config, leases);
            CommandTargets targets;
            targets.resolver = resolver.get();
            targets.phones = &phones;
            targets.leases = &leases;
            certificates = std::make_unique<trust::CertificateStores>(scratch / "stores");
            targets.certificates = certificates.get();
            targets.config = [this] { return config; };
            targets.config_document = [this] { return document; };
            targets.test_config = [](const ConstElementPtr&) { throw ConfigError({"", 3, 9}, "\"tftp-port\" is 0."); };
            targets.set_config = [this](const ConstElementPtr& wanted) { taken = wanted; };
            targets.reload_config = [] {};
            targets.write_config = [](const std::string& name) { return "/etc/kea/" + name; };
            targets.shut_down = [this] { shut_down = true; };
            targets.not_serving_reason = [] { return "not started"; };
            targets.tell_hook = [] {};
            targets.started = Clock::now() - std::chrono::seconds(100);
            targets.reloaded = [] { return Clock::now() - std::chrono::seconds(10); };
            targets.threads = [] { return 2U; };
            targets.partner_states = [] { return std::map<std::string, bool>{{"192.0.2.2", false}}; };
            targets.set_console_password = [this](const std::string& user, const std::string& password) -> Result<bool> {
                password_set = user + ' ' + password;
                return user == "root" ? Result<bool>(Failure{"There is no such user."}) : Result<bool>(true);
            };
            commands = std::make_unique<Commands>(std::move(targets));
        }
        return isc::config::CommandMgr::instance().processCommand(Element::fromJSON(json));
    }

    static long result(const ConstElementPtr& answer) {
        return static_cast<long>(answer->get("result")->intValue());
    }
    static std::string text(const ConstElementPtr& answer) {
        return answer->get("text")->stringValue();
    }
    static ConstElementPtr arguments(const ConstElementPtr& answer) {
        return answer->get("arguments");
    }
};

TEST(Commands, EveryNameOfTheContractIsListed) {
    const auto names = arguments(send(R"({ "command": "list-commands" })"))->str();
    for (const auto* name :
         {"config-get",       "config-test",     "config-set",        "config-reload",    "config-write",
          "status-get",       "statistic-get",   "statistic-get-all", "statistic-reset",  "statistic-reset-all",
          "version-get",      "build-report",    "list-commands",     "shutdown",         "tftp-cluster-list",
          "tftp-cluster-get", "tftp-cache-list", "tftp-cache-get",    "tftp-cache-flush", "tftp-service-status",
          "tftp-phone-list",  "tftp-phone-get",  "tftp-phone-explain"}) {
        CHECK_TEXT(names.find('"' + std::string(name) + '"') != std::string::npos, name);
    }
}

TEST(Commands, TheHookPassesOnExactlyOurOwn) {
    std::set<std::string> ours;
    const auto listed = arguments(send(R"({ "command": "list-commands" })"));
    for (const auto& name : listed->listValue()) {
        if (name->stringValue().starts_with("tftp-")) {
            ours.insert(name->stringValue());
        }
    }
    const std::set<std::string> passed_on(api::tftp_commands.begin(), api::tftp_commands.end());
    CHECK(ours == passed_on);  // else mend tftpd/api/command_names.h
}

TEST(Commands, AnUnknownCommandIsUnsupported) {
    LONGS_EQUAL(2, result(send(R"({ "command": "tftp-dance" })")));
}

TEST(Commands, TheServiceThatKeasToolsSendIsPassedOver) {
    LONGS_EQUAL(0, result(send(R"({ "command": "version-get", "service": [ "tftp" ], "arguments": { } })")));
}

TEST(Commands, VersionIsOursNotKeas) {
    const auto answer = send(R"({ "command": "version-get" })");
    CHECK_EQUAL(std::string(BRANCHLINE_VERSION), text(answer));
    CHECK(arguments(answer)->get("extended")->stringValue().find("Kea 2.6") != std::string::npos);
}

TEST(Commands, ConfigGetGivesTheDocumentAndItsHash) {
    const auto answer = send(R"({ "command": "config-get" })");
    LONGS_EQUAL(6969, arguments(answer)->get("Tftpd")->get("tftp-port")->intValue());
    UNSIGNED_LONGS_EQUAL(64, arguments(answer)->get("hash")->stringValue().size());
}

TEST(Commands, WhatConfigGetGaveConfigSetTakes) {
    const auto got = arguments(send(R"({ "command": "config-get" })"))->str();
    LONGS_EQUAL(0, result(send(R"({ "command": "config-set", "arguments": )" + got + " }")));
    CHECK_EQUAL(document->str(), taken->str());
}

TEST(Commands, ConfigSetNeedsTheWholeConfiguration) {
    CHECK_EQUAL(std::string("config-set needs the whole configuration as its arguments: { \"Tftpd\": { … } }"),
                text(send(R"({ "command": "config-set" })")));
    LONGS_EQUAL(1, result(send(R"({ "command": "config-set", "arguments": { "Dhcp4": { } } })")));
    CHECK(!taken);
}

TEST(Commands, AConfigErrorBecomesTheAnswer) {
    const auto answer = send(R"({ "command": "config-test", "arguments": { "Tftpd": { "tftp-port": 0 } } })");
    LONGS_EQUAL(1, result(answer));
    CHECK_EQUAL(std::string(":3:9: \"tftp-port\" is 0. The running configuration was kept."), text(answer));
}

TEST(Commands, ConfigWriteTellsWhere) {
    const auto answer = send(R"({ "command": "config-write", "arguments": { "filename": "new.conf" } })");
    CHECK_EQUAL(std::string("/etc/kea/new.conf"), arguments(answer)->get("filename")->stringValue());
}

TEST(Commands, StatisticsHaveKeasShape) {
    counters.reset();
    counters.add(Counter::http_requests, 5);
    const auto one = arguments(send(R"({ "command": "statistic-get", "arguments": { "name": "http-requests" } })"));
    UNSIGNED_LONGS_EQUAL(1, one->size());
    LONGS_EQUAL(5, one->get("http-requests")->get(0)->get(0)->intValue());
    CHECK(one->get("http-requests")->get(0)->get(1)->stringValue().size() >= 19);  // 2025-01-31 12:00:00.000000
    const auto all = arguments(send(R"({ "command": "statistic-get-all" })"));
    UNSIGNED_LONGS_EQUAL(counter_names.size() + 3, all->size());
    for (const auto name : counter_names) {
        CHECK_TEXT(all->contains(std::string(name)), name.data());
    }
}

TEST(Commands, AnUnknownStatisticIsAnEmptyAnswerAsInKea) {
    const auto answer = send(R"({ "command": "statistic-get", "arguments": { "name": "no-such" } })");
    LONGS_EQUAL(0, result(answer));
    UNSIGNED_LONGS_EQUAL(0, arguments(answer)->size());
}

TEST(Commands, ResettingOneLeavesTheOthers) {
    counters.reset();
    counters.add(Counter::http_requests, 5);
    counters.add(Counter::http_done, 4);
    LONGS_EQUAL(0, result(send(R"({ "command": "statistic-reset", "arguments": { "name": "http-requests" } })")));
    UNSIGNED_LONGS_EQUAL(0, counters.get(Counter::http_requests));
    UNSIGNED_LONGS_EQUAL(4, counters.get(Counter::http_done));
    LONGS_EQUAL(0, result(send(R"({ "command": "statistic-reset-all" })")));
    UNSIGNED_LONGS_EQUAL(0, counters.get(Counter::http_done));
    LONGS_EQUAL(1, result(send(R"({ "command": "statistic-reset", "arguments": { "name": "no-such" } })")));
}

TEST(Commands, StatusTellsTheProcessAndItsAge) {
    const auto status = arguments(send(R"({ "command": "status-get" })"));
    LONGS_EQUAL(::getpid(), status->get("pid")->intValue());
    LONGS_EQUAL(100, status->get("uptime")->intValue());
    LONGS_EQUAL(10, status->get("reload")->intValue());
    LONGS_EQUAL(1, status->get("clusters")->intValue());
    CHECK(!status->get("serving")->boolValue());  // nothing was started here
}

TEST(Commands, ClustersAreListedWithTheirServers) {
    const auto answer = send(R"({ "command": "tftp-cluster-list" })");
    LONGS_EQUAL(0, result(answer));
    CHECK_EQUAL(std::string("1 cluster configured."), text(answer));
    const auto cluster = arguments(answer)->get("clusters")->get(0);
    CHECK_EQUAL(std::string("hq-east"), cluster->get("cluster-id")->stringValue());
    CHECK_EQUAL(std::string("cucm.example.com"), cluster->get("fqdn")->stringValue());
    CHECK_EQUAL(std::string("192.0.2.10"), cluster->get("tftp-servers")->get(0)->get("address")->stringValue());
    LONGS_EQUAL(0, result(send(R"({ "command": "tftp-cluster-get", "arguments": { "cluster-id": "hq-east" } })")));
}

TEST(Commands, AChangedClusterIsAChangedConfiguration) {
    LONGS_EQUAL(0, result(send(R"({ "command": "tftp-cluster-add", "arguments": { "cluster-id": "new" } })")));
    CHECK_EQUAL(std::string(R"({ "Tftpd": { "remote-clusters": [ { "cluster-id": "new" } ], "tftp-port": 6969 } })"),
                taken->str());
    document = taken;
    LONGS_EQUAL(0, result(send(R"({ "command": "tftp-cluster-update", "arguments": { "cluster-id": "new", "fqdn": "a" } })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cluster-update", "arguments": { "cluster-id": "other" } })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cluster-del", "arguments": { "cluster-id": "other" } })")));
    LONGS_EQUAL(0, result(send(R"({ "command": "tftp-cluster-del", "arguments": { "cluster-id": "new" } })")));
    CHECK_EQUAL(std::string(R"({ "Tftpd": { "remote-clusters": [  ], "tftp-port": 6969 } })"), taken->str());
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-cluster-add" })")));
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-cluster-del", "arguments": { "cluster-id": "new", "all": true } })")));
}

TEST(Commands, NoClusterIsEmptyNotAnError) {
    config->clusters.clear();
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cluster-list" })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cluster-get", "arguments": { "cluster-id": "hq-east" } })")));
}

TEST(Commands, AnEmptyCacheIsEmptyNotAnError) {
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cache-list" })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cache-get", "arguments": { "name": "a.xml" } })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cache-flush", "arguments": { "all": true } })")));
}

TEST(Commands, AFlushMustSayWhat) {
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-cache-flush" })")));
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-cache-flush", "arguments": { "all": false } })")));
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-cache-flush", "arguments": { "all": true, "name": "a.xml" } })")));
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-cache-flush", "arguments": { "phone": "a.xml" } })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-cache-flush", "arguments": { "phone": "00:11:22:33:44:55" } })")));
}

TEST(Commands, CertificateCommandsSayWhatTheyTake) {
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-trust-list" })")));
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-trust-import", "arguments": { "store": "tvs" } })")));
    LONGS_EQUAL(
        1, result(send(R"({ "command": "tftp-trust-import", "arguments": { "store": "tvs", "pem": "x", "data": "eA==" } })")));
    LONGS_EQUAL(
        1, result(send(R"({ "command": "tftp-trust-import", "arguments": { "store": "tvs", "pem": "no certificate" } })")));
    const auto unknown = send(R"({ "command": "tftp-trust-import", "arguments": { "store": "tomcat", "pem": "x" } })");
    LONGS_EQUAL(1, result(unknown));
    STRCMP_CONTAINS("callmanager, phone-sast, tvs, capf, phone-edge", text(unknown).c_str());
    const auto pkcs12 =
        send(R"({ "command": "tftp-trust-import", "arguments": { "store": "tvs", "data": "MIIJAAIBA0RFRg==" } })");
    LONGS_EQUAL(1, result(pkcs12));
    STRCMP_CONTAINS("openssl pkcs12 -in FILE -nokeys", text(pkcs12).c_str());
    LONGS_EQUAL(1, result(send(R"({ "command": "tftp-trust-del", "arguments": { "fingerprint": "12" } })")));
    LONGS_EQUAL(3, result(send(R"({ "command": "tftp-trust-del", "arguments": { "fingerprint": "12345678" } })")));
}

TEST(Commands, ScopesAreListedAsTheHookTellsThem) {
    LONGS_EQUAL(3, result(send(R"({ "command": "dhcp-scope-list" })")));
    api::LeaseEvent lease;
    lease.mac = MacAddress{0, 0x11, 0x22, 0x33, 0x44, 0x55};
    lease.address = "198.18.0.5";
    lease.subnet = 7;
    leases.update(lease, Clock::now());
    const std::string tell = R"({ "command": "dhcp-scope-tell", "arguments": { "family": 4, "scopes": [ )";
    const std::string scope =
        R"({ "subnet": "198.18.0.0/24", "subnet-id": 7, "withdraw-dead": true, "tftp-servers": [ "192.0.2.2" ] })";
    LONGS_EQUAL(0, result(send(tell + scope + " ] } }")));
    const auto listed = arguments(send(R"({ "command": "dhcp-scope-list", "arguments": { "family": 4 } })"));
    LONGS_EQUAL(1, listed->get("count")->intValue());
    const auto first = listed->get("scopes")->get(0);
    LONGS_EQUAL(7, first->get("subnet-id")->intValue());
    LONGS_EQUAL(4, first->get("family")->intValue());
    LONGS_EQUAL(1, first->get("leases")->intValue());
    STRCMP_EQUAL(R"([ { "address": "192.0.2.2", "left-out": false, "up": false } ])", first->get("in-effect")->str().c_str());
    LONGS_EQUAL(3, result(send(R"({ "command": "dhcp-scope-list", "arguments": { "family": 6 } })")));
    LONGS_EQUAL(0, result(send(tell + "] } }")));
    LONGS_EQUAL(3, result(send(R"({ "command": "dhcp-scope-list" })")));
}

TEST(Commands, WhatIsNoReportOfScopesIsRefused) {
    for (const char* wrong :
         {R"({})", R"({ "family": 4 })", R"({ "family": 5, "scopes": [] })", R"({ "family": 4, "scopes": [ 1 ] })",
          R"({ "family": 4, "scopes": [ { "subnet": "", "subnet-id": 1, "withdraw-dead": true } ] })",
          R"({ "family": 4, "scopes": [ { "subnet": 1, "subnet-id": 1, "withdraw-dead": true, "tftp-servers": [] } ] })",
          R"({ "family": 4, "scopes": [ { "subnet": "", "withdraw-dead": true, "tftp-servers": [] } ] })",
          R"({ "family": 4, "scopes": [ { "subnet": "", "subnet-id": 1, "withdraw-dead": true, "tftp-servers": [ 1 ] } ] })"}) {
        LONGS_EQUAL_TEXT(1, result(send(R"({ "command": "dhcp-scope-tell", "arguments": )" + std::string(wrong) + " }")),
                         wrong);
    }
}

TEST(Commands, AConsolesPasswordIsSetForWhoSaysNoUserForTheOperator) {
    LONGS_EQUAL(0, result(send(R"({ "command": "console-password-set", "arguments": { "password": "correct horse" } })")));
    STRCMP_EQUAL("operator correct horse", password_set.c_str());
    const auto no =
        send(R"({ "command": "console-password-set", "arguments": { "user": "root", "password": "correct horse" } })");
    LONGS_EQUAL(1, result(no));
    STRCMP_EQUAL("There is no such user.", text(no).c_str());
    LONGS_EQUAL(1, result(send(R"({ "command": "console-password-set" })")));
}

TEST(Commands, ShutdownIsPassedOnWhateverKeasToolsSendWithIt) {
    LONGS_EQUAL(0, result(send(R"({ "command": "shutdown", "arguments": { "exit-value": 3 } })")));
    CHECK(shut_down);
}

TEST(Commands, TheyGoWithTheirObject) {
    send(R"({ "command": "version-get" })");
    commands.reset();
    LONGS_EQUAL(
        2, result(isc::config::CommandMgr::instance().processCommand(Element::fromJSON(R"({ "command": "version-get" })"))));
}
