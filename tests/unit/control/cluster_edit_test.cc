#include "tftpd/control/cluster_edit.h"
#include "tftpd/control/arguments.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::ConstElementPtr;
using isc::data::Element;

TEST_GROUP(ClusterEdit) {
    ConstElementPtr document = Element::fromJSON(R"({ "Tftpd": { "tftp-port": 6969, "remote-clusters": [
        { "cluster-id": "one", "tftp-servers": [ "192.0.2.1" ], "description": "first" },
        { "cluster-id": "two", "tftp-servers": [ "192.0.2.2" ] } ] } })");

    static std::string ids(const ConstElementPtr& edited) {
        std::string text;
        const auto clusters = edited->get("Tftpd")->get("remote-clusters");
        for (const auto& one : clusters->listValue()) {
            text += one->get("cluster-id")->stringValue() + ' ';
        }
        return text;
    }
    static std::string cluster(const ConstElementPtr& edited, int place) {
        return edited->get("Tftpd")->get("remote-clusters")->get(place)->str();
    }
};

TEST(ClusterEdit, AnAddedClusterIsTheLastUnlessItSaysBeforeWhich) {
    CHECK_EQUAL(std::string("one two new "),
                ids(with_cluster_added(document, Element::fromJSON(R"({ "cluster-id": "new" })"))));
    const auto edited = with_cluster_added(document, Element::fromJSON(R"({ "cluster-id": "new", "before": "TWO" })"));
    CHECK_EQUAL(std::string("one new two "), ids(edited));
    CHECK_EQUAL(std::string(R"({ "cluster-id": "new" })"), cluster(edited, 1));
    CHECK_EQUAL(std::string("one two "), ids(document));  // what was given stays as it is
    LONGS_EQUAL(6969, edited->get("Tftpd")->get("tftp-port")->intValue());
}

TEST(ClusterEdit, TheFirstClusterOfAllNeedsNoListToBeThere) {
    const auto bare = Element::fromJSON(R"({ "Tftpd": { } })");
    CHECK_EQUAL(std::string("new "), ids(with_cluster_added(bare, Element::fromJSON(R"({ "cluster-id": "new" })"))));
}

TEST(ClusterEdit, BeforeMustNameAnotherCluster) {
    CHECK_THROWS(ArgumentError, with_cluster_added(document, Element::fromJSON(R"({ "cluster-id": "a", "before": "b" })")));
    CHECK_THROWS(ArgumentError, with_cluster_added(document, Element::fromJSON(R"({ "cluster-id": "a", "before": 7 })")));
    CHECK_THROWS(ArgumentError,
                 with_cluster_updated(document, Element::fromJSON(R"({ "cluster-id": "two", "before": "two" })")));
}

TEST(ClusterEdit, AnUpdateReplacesWhatIsGivenAndKeepsTheRest) {
    const auto edited =
        with_cluster_updated(document, Element::fromJSON(R"({ "cluster-id": "ONE", "tftp-servers": [ "192.0.2.9" ] })"));
    CHECK_EQUAL(std::string(R"({ "cluster-id": "ONE", "description": "first", "tftp-servers": [ "192.0.2.9" ] })"),
                cluster(edited, 0));
    CHECK_EQUAL(std::string("ONE two "), ids(edited));
}

TEST(ClusterEdit, AnUpdateCanMoveAClusterForward) {
    CHECK_EQUAL(std::string("two one "),
                ids(with_cluster_updated(document, Element::fromJSON(R"({ "cluster-id": "two", "before": "one" })"))));
}

TEST(ClusterEdit, WhatIsNotThereIsNeitherUpdatedNorDeleted) {
    CHECK(!with_cluster_updated(document, Element::fromJSON(R"({ "cluster-id": "three" })")));
    CHECK(!with_cluster_deleted(document, "three"));
}

TEST(ClusterEdit, ADeletedClusterIsGoneWhateverTheCase) {
    CHECK_EQUAL(std::string("two "), ids(with_cluster_deleted(document, "One")));
}

TEST(ClusterEdit, AClusterWithoutAnIdIsSaidWithAnExample) {
    for (const auto* json : {"{ }", R"({ "cluster-id": 7 })", R"({ "cluster-id": "" })", "[ ]"}) {
        CHECK_THROWS(ArgumentError, cluster_id_of("tftp-cluster-add", Element::fromJSON(json)));
    }
    CHECK_THROWS(ArgumentError, cluster_id_of("tftp-cluster-add", nullptr));
}
