#include "tftpd/control/exchange_content.h"

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"
#include "tftpd/config/config_error.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/trust/certificate_stores.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::ConstElementPtr;
using isc::data::Element;
using trust::Store;
using trust::samples::alice;
using trust::samples::ok;

TEST_GROUP(ExchangeContent) {
    test::Scratch scratch;
    std::shared_ptr<Config> config = std::make_shared<Config>();
    trust::CertificateStores certificates{scratch / "stores"};
    CommandTargets targets;
    ConstElementPtr document = Element::fromJSON(R"({ "Tftpd": { "tftp-port": 6969 } })");
    std::string rule;  // that a configuration breaks
    exchange::Offer offer{.name = "branch-08", .tftp_port = 69, .http_port = 6970, .certificates = {}};
    const IpAddress other = boost::asio::ip::make_address("192.0.2.8");

    void setup() override {
        Cluster cluster;
        cluster.id = "hq";
        cluster.servers = {{boost::asio::ip::make_address("192.0.2.10"), 69, 6970}};
        config->clusters = {cluster};
        targets.certificates = &certificates;
        targets.config = [this] { return config; };
        targets.config_document = [this] { return document; };
        const auto check = [this](const ConstElementPtr&) {
            if (!rule.empty()) {
                throw ConfigError(Position{}, rule);
            }
        };
        targets.test_config = check;
        targets.set_config = [this, check](const ConstElementPtr& wanted) {
            check(wanted);
            document = wanted;
        };
        offer.certificates[0] = {alice().certificate()};
    }
    std::string clusters() {
        const auto list = document->get("Tftpd")->get("remote-clusters");
        return list ? list->str() : "";
    }
};

TEST(ExchangeContent, TheOtherBoxBecomesAClusterWithItsCertificates) {
    CHECK(ok(could_take(targets, {"", offer, other})));
    CHECK_EQUAL(std::string(), clusters());
    const auto taken = take(targets, {"", offer, other});
    CHECK(ok(taken));
    CHECK_EQUAL(
        std::string(
            R"([ { "cluster-id": "branch-08", "tftp-servers": [ { "address": "192.0.2.8", "http-port": 6970, "port": 69 } ], "transport": "auto" } ])"),
        clusters());
    UNSIGNED_LONGS_EQUAL(1, certificates.snapshot()->of_cluster(Store::callmanager, "branch-08").size());
    CHECK(taken->find("Cluster branch-08 (192.0.2.8) added") == 0);
    CHECK(taken->find("1 certificate taken, 0 there already") != std::string::npos);
    CHECK(taken->find("have each other as a cluster") != std::string::npos);
}

TEST(ExchangeContent, WithoutHttpItIsAskedByTftp) {
    offer.http_port = 0;
    CHECK(ok(take(targets, {"west", offer, other})));
    CHECK_EQUAL(
        std::string(
            R"([ { "cluster-id": "west", "tftp-servers": [ { "address": "192.0.2.8", "port": 69 } ], "transport": "tftp" } ])"),
        clusters());
}

TEST(ExchangeContent, AClusterThatIsThereStaysAsItIs) {
    config->clusters.front().servers.front().address = other;
    const auto taken = take(targets, {"HQ", offer, other});
    CHECK(ok(taken));
    CHECK(taken->find("was there already") != std::string::npos);
    CHECK_EQUAL(std::string(), clusters());
    UNSIGNED_LONGS_EQUAL(1, certificates.snapshot()->of_cluster(Store::callmanager, "hq").size());
}

TEST(ExchangeContent, AnotherClustersNameOrServerIsNotTaken) {
    CHECK(could_take(targets, {"hq", offer, other}).error().text.find("give this one another name with --cluster") !=
          std::string::npos);
    config->clusters.front().servers.front().address = other;
    CHECK(could_take(targets, {"", offer, other}).error().text.find("say --cluster hq") != std::string::npos);
}

TEST(ExchangeContent, TheConfigurationsRulesHold) {
    rule = "server 192.0.2.8 is our own listener.";
    CHECK_EQUAL(std::string("server 192.0.2.8 is our own listener"), could_take(targets, {"", offer, other}).error().text);
    CHECK(!ok(take(targets, {"", offer, other})));
    CHECK(certificates.snapshot()->in(Store::callmanager).empty());
}

TEST(ExchangeContent, CertificatesThatCannotBeKeptTakeTheClusterBack) {
    scratch.write("stores/callmanager.pem/x", "a directory in the way");
    CHECK(ok(could_take(targets, {"", offer, other})));
    CHECK(!ok(take(targets, {"", offer, other})));
    CHECK_EQUAL(std::string(), clusters());
}
