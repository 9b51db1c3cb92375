#include "tftpd/ctl/phone_tables.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(PhoneTables) {
    const isc::data::ConstElementPtr list = Element::fromJSON(R"({ "count": 1, "with-problems": 1, "phones": [
        { "mac": "00:11:22:33:44:55", "device": "SEP001122334455", "model": "CP-8841", "address": "10.0.0.5", "silent": 125,
          "verdict": "no-servers", "level": "problem", "text": "it was sent no \"servers\"; set them." } ] })");
};

TEST(PhoneTables, TheListNamesPhoneAndVerdict) {
    CHECK_EQUAL(std::string("DEVICE           MODEL    ADDRESS   HEARD      VERDICT     WHY\n"
                            "SEP001122334455  CP-8841  10.0.0.5  2 min ago  no-servers  it was sent no \"servers\"; set them.\n"
                            "1 phone, 1 with problems\n"),
                phone_table(list));
}

TEST(PhoneTables, CsvQuotesWhatItMust) {
    CHECK_EQUAL(std::string("mac,device,model,address,address6,silent,verdict,level,text\r\n"
                            "\"00:11:22:33:44:55\",\"SEP001122334455\",\"CP-8841\",\"10.0.0.5\",\"\",\"125\",\"no-servers\","
                            "\"problem\",\"it was sent no \"\"servers\"\"; set them.\"\r\n"),
                phone_csv(list));
}

TEST(PhoneTables, ATimelineIsInTheOrderOfTime) {
    const auto shown =
        phone_text(Element::fromJSON(R"({ "device": "SEP001122334455", "silent": 3, "verdict": "well", "text": "Fine.",
        "boots": [ { "began": "2026-01-31T10:00:00.000Z",
          "dhcp": [ { "at": "2026-01-31T10:00:00.000Z", "family": 4, "step": "ACK", "address": "10.0.0.5", "servers": [ "10.0.0.1" ] },
                    { "at": "2026-01-31T10:00:02.000Z", "family": 6, "step": "REPLY", "why-no-servers": "no-servers" } ],
          "files": [ { "at": "2026-01-31T10:00:01.500Z", "file": "SEP001122334455.cnf.xml", "by": "tftp", "answer": "sent",
                       "source": "files", "bytes": 600, "ms": 4, "blocks": 3, "resent": 1, "times": 2,
                       "last": "2026-01-31T10:00:09.000Z" } ] } ] })"));
    CHECK_EQUAL(
        std::string("SEP001122334455\n\n"
                    "Boot of 2026-01-31T10:00:00.000Z\n"
                    "10:00:00.000  DHCPv4 ACK    10.0.0.5                 servers 10.0.0.1\n"
                    "10:00:01.500  tftp sent     SEP001122334455.cnf.xml  files 600 B, 4 ms, 1 of 3 sent again  (2 times, last "
                    "10:00:09.000)\n"
                    "10:00:02.000  DHCPv6 REPLY                           no servers: no-servers\n"
                    "\nSilent for 3 s. Verdict: well\nFine.\n"),
        shown);
}

TEST(PhoneTables, AnAnswerOfAnotherShapeIsShownAsNothing) {
    for (const auto* json : {"{ }", "[ 1 ]", R"({ "phones": 5, "boots": { } })"}) {
        const auto arguments = Element::fromJSON(json);
        phone_table(arguments);
        phone_csv(arguments);
        phone_text(arguments);
    }
}
