#include "tftpd/ctl/tables.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(Tables){};

TEST(Tables, ClustersStandUnderTheirHeadings) {
    const auto arguments = Element::fromJSON(R"({ "clusters": [ { "cluster-id": "hq-east", "tftp-servers": [
        { "address": "192.0.2.10", "up": true, "transport": "http", "since-last-answer": 3 },
        { "address": "2001:db8::10", "up": false, "transport": "unknown", "last-error": "silent" } ] } ] })");
    CHECK_EQUAL(std::string("CLUSTER  SERVER        STATE  TRANSPORT  LAST ANSWER  LAST ERROR\n"
                            "hq-east  192.0.2.10    up     http       3 s ago      -\n"
                            "hq-east  2001:db8::10  down   unknown    never        silent\n"),
                cluster_table(arguments));
}

TEST(Tables, CachedFilesShowAgeAndState) {
    const auto arguments = Element::fromJSON(R"({ "files": [
        { "name": "SEP001122334455.cnf.xml", "cluster": "hq-east", "size": 6214, "age": 125, "fresh": false } ] })");
    CHECK_EQUAL(std::string("FILE                     CLUSTER  BYTES  FETCHED    STATE\n"
                            "SEP001122334455.cnf.xml  hq-east  6214   2 min ago  stale\n"),
                cache_table(arguments));
}

TEST(Tables, PrewarmedFilesShowStateAndSet) {
    const auto arguments = Element::fromJSON(R"({ "files": [
        { "name": "a.loads", "state": "present", "bytes": 300, "source": "cluster:hq" },
        { "name": "b.sbn", "state": "missing", "bytes": 0, "set": "a.loads", "reason": "no cluster has it" } ] })");
    CHECK_EQUAL(std::string("FILE     STATE    BYTES  SOURCE      NAMED BY  REASON\n"
                            "a.loads  present  300    cluster:hq  -         -\n"
                            "b.sbn    missing  0      -           a.loads   no cluster has it\n"),
                prewarm_table(arguments));
}

TEST(Tables, ScopesShowWhatPhonesAreToldNow) {
    const auto arguments = Element::fromJSON(R"({ "scopes": [
        { "subnet-id": 1, "subnet": "192.0.2.0/24", "pools": [ { "range": "192.0.2.100 - 192.0.2.199" } ], "leases": 42,
          "in-effect": [ { "address": "192.0.2.1", "auto": true, "up": true, "left-out": false },
                         { "address": "192.0.2.2", "up": false, "left-out": true } ],
          "options": [ { "code": 3, "name": "routers", "data": "192.0.2.254" }, { "code": 224, "name": "", "data": "x" } ] },
        { "subnet-id": 2, "subnet": "10.0.0.0/8", "in-effect": [ { "auto": true, "left-out": false } ] } ] })");
    CHECK_EQUAL(
        std::string("ID  SUBNET        POOLS                      LEASES  TFTP SERVERS                           OPTIONS\n"
                    "1   192.0.2.0/24  192.0.2.100 - 192.0.2.199  42      192.0.2.1, 192.0.2.2 (down, left out)  "
                    "routers 192.0.2.254; 224 x\n"
                    "2   10.0.0.0/8    none                       -       auto                                   none\n"),
        scope_table(arguments));
}

TEST(Tables, StatisticsAreTheNewestSample) {
    CHECK_EQUAL(std::string("http-requests  5\n"),
                statistics_table(Element::fromJSON(R"({ "http-requests": [ [ 5, "2025-01-31 12:00:00.000000" ] ] })")));
}

TEST(Tables, ADaemonThatDoesNotServeSaysWhy) {
    const auto text = status_text(Element::fromJSON(R"({ "serving": false, "not-serving-reason": "no address" })"));
    CHECK(text.find("NO: no address\n") != std::string::npos);
}

TEST(Tables, StatusNamesCertificatesThatEnd) {
    const auto text = status_text(Element::fromJSON(R"({ "serving": true, "certificates-ending": [
        { "store": "tvs", "name": "hq", "days-left": -3 }, { "store": "callmanager", "name": "a", "days-left": 12 } ] })"));
    STRCMP_CONTAINS("certificate       hq (tvs) HAS EXPIRED\n", text.c_str());
    STRCMP_CONTAINS("certificate       a (callmanager) ends in 12 d\n", text.c_str());
}

TEST(Tables, OwnFilesEndWithTheirSumAndTheRoomThatIsLeft) {
    CHECK_EQUAL(std::string("FILE          BYTES  MODIFIED\n"
                            "ringlist.xml  9      2025-01-31T12:00:00Z\n"
                            "1 files, 9 bytes; room for 100 more\n"),
                file_table(Element::fromJSON(R"({ "count": 1, "size": 9, "room": 100, "files": [
        { "name": "ringlist.xml", "size": 9, "modified": "2025-01-31T12:00:00Z" } ] })")));
}

TEST(Tables, AServiceThatIsStoppingSaysWhyAndWhoIsWaitedFor) {
    CHECK_EQUAL(
        std::string("service           stopping\n"
                    "because           told so\n"
                    "time left         12 s\n"
                    "transfers         1\n"
                    "HTTP connections  0\n"
                    "\n"
                    "PHONE             FILE  SOURCE  BYTES  RESENT\n"
                    "192.0.2.50:50012  a     files   512    0\n"),
        service_text(Element::fromJSON(R"({ "state": "stopping", "reason": "told so", "seconds-left": 12, "transfers": 1,
        "http-connections": 0, "transfer-list": [
        { "phone": "192.0.2.50:50012", "file": "a", "source": "files", "bytes": 512, "resent": 0 } ] })")));
}

TEST(Tables, AnAnswerOfAnotherShapeIsShownAsNothing) {
    for (const auto* json : {"{ }", "[ 1 ]", R"({ "clusters": 5, "files": { }, "http-requests": [ ] })"}) {
        const auto arguments = Element::fromJSON(json);
        status_text(arguments);
        statistics_table(arguments);
        cluster_table(arguments);
        cluster_text(arguments);
        cache_table(arguments);
        file_table(arguments);
        service_text(arguments);
        CHECK_EQUAL(std::string("{ }\n"), configuration_text(arguments));
    }
    CHECK_EQUAL(std::string("FILE  CLUSTER  BYTES  FETCHED  STATE\n"), cache_table(nullptr));
}

TEST(Tables, ControlCharactersNeverReachTheTerminal) {
    CHECK_EQUAL(std::string("a?[31mb?c"), printable("a\x1b[31mb\nc"));
}

TEST(Tables, DurationsHaveTheLargestUnitThatFits) {
    CHECK_EQUAL(std::string("59 s"), duration_text(59));
    CHECK_EQUAL(std::string("1 min"), duration_text(60));
    CHECK_EQUAL(std::string("59 min"), duration_text(3599));
    CHECK_EQUAL(std::string("1 h"), duration_text(3600));
    CHECK_EQUAL(std::string("23 h"), duration_text(86399));
    CHECK_EQUAL(std::string("1 d"), duration_text(86400));
}
