#include "story.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Kind = Verdict::Kind;
using Step = Story::Step;
using Outcome = Story::Outcome;

TEST_GROUP(Verdict) {
    Story story;

    void is(Kind kind, std::initializer_list<std::string_view> words = {}) {
        const auto verdict = story.verdict();
        CHECK_EQUAL(std::string(name_of(kind)), std::string(name_of(verdict.kind)));
        for (const auto word : words) {
            CHECK_TEXT(verdict.sentence().find(word) != std::string::npos,
                       (std::string(word) + " in: " + verdict.sentence()).c_str());
        }
    }
};

TEST(Verdict, NothingHeard) {
    const auto verdict = judge(nullptr, {});
    CHECK(verdict.kind == Kind::nothing_heard);
    CHECK(verdict.level() == Verdict::Level::problem);
    CHECK(verdict.to_do.find("helper-address") != std::string::npos);
}

TEST(Verdict, AStaticAddressAndNoServers) {
    api::LeaseEvent event;
    event.kind = Step::seen;
    event.family = 6;
    event.mac = story.mac;
    event.why_none = "no-servers";
    story.timelines.add(event, story.now);
    is(Kind::no_servers, {"an address of its own", "option 17, enterprise 9"});
    event.servers = {"2001:db8::1"};
    story.timelines.add(event, story.now);
    story.wait(20);
    is(Kind::no_file_request, {"2001:db8::1"});
}

TEST(Verdict, AskedAndNothingOffered) {
    const auto asks = [this] {
        api::LeaseEvent event;
        event.kind = Step::asked;
        event.mac = story.mac;
        event.relay = "203.0.113.1";
        event.why_none = "not-answered";
        story.timelines.add(event, story.now);
    };
    asks();
    story.wait(9);
    is(Kind::booting);
    asks();
    story.wait(1);
    is(Kind::no_offer, {"DISCOVER came twice through relay 203.0.113.1", "offered nothing", "the relay's address"});
    CHECK(story.phone().is_phone);
    story.dhcp(Step::offered).wait(1);
    is(Kind::booting);
    story.dhcp(Step::committed);
    CHECK_EQUAL(1U, story.phone().boots.size());
}

TEST(Verdict, AnotherDhcpServerWasChosen) {
    story.dhcp(Step::offered).dhcp(Step::elsewhere, {"192.0.2.66"});
    is(Kind::other_dhcp, {"DHCP server 192.0.2.66", "DHCP snooping"});
    CHECK_EQUAL(1U, story.phone().boots.size());
    story.dhcp(Step::committed).wait(5);
    is(Kind::booting);
}

TEST(Verdict, AnotherServersClientIsNoPhoneForThat) {
    api::LeaseEvent event;
    event.kind = Step::elsewhere;
    event.mac = story.mac;
    event.servers = {"192.0.2.66"};
    story.timelines.add(event, story.now);
    CHECK_FALSE(story.phone().is_phone);
}

TEST(Verdict, OfferedAndNotTaken) {
    story.dhcp(Step::offered).wait(9);
    is(Kind::booting);
    story.wait(1);
    is(Kind::no_lease, {"192.0.2.50 was offered once", "second DHCP server"});
}

TEST(Verdict, NoServersAndWhy) {
    const std::vector<std::pair<std::string, std::string>> reasons{
        {"not-a-phone", "vendor class is not that of a phone); set \"endpoints\": \"all\""},
        {"no-servers", "no server of its address family is set for its subnet); set \"tftp-servers\""},
        {"no-address-on-interface", "\"auto\" found no address"},
    };
    for (const auto& [reason, words] : reasons) {
        story.leased({}, reason).wait(600);
        is(Kind::no_servers, {"192.0.2.50", "(option 150", words});
    }
}

TEST(Verdict, ServersOfOneFamilyAreEnough) {
    story.leased();
    api::LeaseEvent event;
    event.kind = Step::committed;
    event.family = 6;
    event.mac = story.mac;
    event.address = "2001:db8:1::50";
    event.why_none = "no-servers";
    story.timelines.add(event, story.now);
    story.wait(20);
    is(Kind::no_file_request, {"192.0.2.50 and was told servers 192.0.2.1"});
}

TEST(Verdict, ServersSentAndNoFileAsked) {
    story.context.own_addresses = {"192.0.2.1", "2001:db8:1::1"};
    story.leased().wait(18);
    is(Kind::booting);
    story.wait(1);
    is(Kind::no_file_request, {"192.0.2.1", "firewall", "VLAN"});
}

TEST(Verdict, SentToAnotherServerFirst) {
    story.context.own_addresses = {"192.0.2.1"};
    story.leased({"192.0.2.2", "192.0.2.1"}).wait(30);
    is(Kind::other_server, {"192.0.2.2"});
}

TEST(Verdict, ItsLeaseEnded) {
    story.leased().wait(3600).dhcp(Step::expired).wait(300);
    is(Kind::gone, {"expired 5 min ago"});
    story.dhcp(Step::offered).dhcp(Step::committed).wait(5);
    is(Kind::booting);
}

TEST(Verdict, ConfigurationNowhereAndWhatEachClusterSaid) {
    story.leased()
        .file("CTLSEP001122334455.tlv", Outcome::not_found, "none", "no cluster has it")
        .file("SEP001122334455.cnf.xml", Outcome::not_found, "none", "no cluster has it (hq-east: not found; hq-west: silent)")
        .file("SEP001122334455.cnf.xml", Outcome::not_found, "negative", "not found shortly before");
    is(Kind::configuration_nowhere, {"hq-east: not found; hq-west: silent", "add the phone as SEP001122334455"});
    story.file("XMLDefault.cnf.xml", Outcome::sent);
    is(Kind::configuration_nowhere, {"took XMLDefault"});
}

TEST(Verdict, AMissingTrustListIsNoFault) {
    story.leased().file("CTLSEP001122334455.tlv", Outcome::not_found, "none", "no cluster has it").configured();
    is(Kind::well, {"cluster:hq-east"});
}

TEST(Verdict, ClustersCannotBeReached) {
    story.leased().file("SEP001122334455.cnf.xml", Outcome::unavailable, "none", "hq-east: no answer");
    is(Kind::unavailable, {"hq-east: no answer"});
}

TEST(Verdict, ItsConfigurationWasRefused) {
    story.leased().file("SEP001122334455.cnf.xml", Outcome::refused, "files", "a link or a device is in the way");
    is(Kind::refused, {"a link or a device is in the way"});
}

TEST(Verdict, TheBindingRefusedIt) {
    story.file("SEP001122334455.cnf.xml", Outcome::refused, "binding", "192.0.2.50 has no lease that is known here");
    is(Kind::binding_refused, {"SEP001122334455.cnf.xml: 192.0.2.50 has no lease", "192.0.2.50 into \"device-binding-allow\""});
    story.configured();
    is(Kind::well);
}

TEST(Verdict, StoppedAfterTheTrustList) {
    story.leased().file("CTLSEP001122334455.tlv", Outcome::sent, "cluster:hq-east").wait(18);
    is(Kind::booting);
    story.wait(1);
    is(Kind::stopped_early, {"never for its configuration", "trust list"});
}

TEST(Verdict, AnswersThatNeverArrive) {
    story.leased().file("CTLSEP001122334455.tlv", Outcome::unheard, "files", "the phone never answered", 0, 6, 5);
    is(Kind::answers_lost, {"never answered", "firewall"});
}

TEST(Verdict, ManyResends) {
    story.leased().file("SEP001122334455.cnf.xml", Outcome::sent, "files", "", 10000, 20, 1);
    is(Kind::well);
    story.file("sip88xx.14-1-1.loads", Outcome::sent, "files", "", 10000, 20, 2);
    is(Kind::lossy, {"3 of 40 blocks"});
}

TEST(Verdict, ATransferThatBrokeOff) {
    story.leased().configured().file("rootfs88xx.14-1-1.sbn", Outcome::broken_off, "files", "the phone fell silent", 70000, 140,
                                     2);
    is(Kind::lossy, {"rootfs88xx.14-1-1.sbn broke off after 70000 bytes", "MTU"});
    story.file("rootfs88xx.14-1-1.sbn", Outcome::sent).configured();
    is(Kind::well);
}

TEST(Verdict, AFirmwareFileIsMissing) {
    story.leased()
        .configured()
        .file("sip88xx.14-1-1.loads", Outcome::sent)
        .file("kern88xx.14-1-1.sbn", Outcome::not_found, "none", "no cluster has it");
    is(Kind::firmware_incomplete, {"kern88xx.14-1-1.sbn", "whole set"});
}

TEST(Verdict, AMissingRingListIsNoFault) {
    story.leased().configured().file("ringlist.xml.sgn", Outcome::not_found, "none", "no cluster has it");
    is(Kind::well);
}

TEST(Verdict, TheSameFileAgainAndAgain) {
    story.leased().configured().configured().configured();
    is(Kind::well);
    story.configured();
    is(Kind::loops, {"SEP001122334455.cnf.xml 4 times"});
}

TEST(Verdict, BootAfterBoot) {
    for (int boot = 0; boot < 3; ++boot) {
        story.leased().configured().wait(100);
    }
    is(Kind::well);
    story.leased().configured();
    is(Kind::loops, {"booted 4 times", "PoE"});
}

TEST(Verdict, TwoClustersHaveIt) {
    story.context.owner = "hq-east";
    story.context.second_home = "hq-west";
    story.leased().configured();
    is(Kind::two_homes, {"hq-east", "hq-west"});
    CHECK(story.verdict().level() == Verdict::Level::warning);
}

TEST(Verdict, AllKindsHaveANameAndALevel) {
    for (int kind = 0; kind <= static_cast<int>(Kind::two_homes); ++kind) {
        Verdict verdict;
        verdict.kind = static_cast<Kind>(kind);
        CHECK(!name_of(verdict.kind).empty());
        CHECK(!name_of(verdict.level()).empty());
    }
}
