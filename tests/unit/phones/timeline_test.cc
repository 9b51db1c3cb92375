#include "tftpd/phones/timeline.h"

#include "story.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Step = Story::Step;
using Outcome = Story::Outcome;

TEST_GROUP(Timeline) {
    Story story;

    static api::LeaseEvent lease_of(std::uint8_t last, bool phone = true) {
        api::LeaseEvent event;
        event.mac = MacAddress{0, 0, 0, 0, 0, last};
        event.address = "192.0.2." + std::to_string(last);
        if (phone) {
            event.servers = {"192.0.2.1"};
        } else {
            event.why_none = "not-a-phone";
        }
        return event;
    }
};

TEST(Timeline, OneBootFromDiscoverToTheLastFile) {
    story.leased().configured().configured();
    CHECK_EQUAL(1U, story.phone().boots.size());
    const auto& boot = story.phone().boots.back();
    CHECK_EQUAL(2U, boot.dhcp.size());
    CHECK_EQUAL(1U, boot.files.size());
    CHECK_EQUAL(2U, boot.files[0].times);
    CHECK_EQUAL(20U, boot.files[0].report.blocks);
    CHECK_EQUAL(std::string("CP-8841"), story.phone().model());
    CHECK_EQUAL(std::string("192.0.2.50"), story.phone().address(4));
    CHECK_EQUAL(3U, story.timelines.entries());
}

TEST(Timeline, TheNamesThatAPhoneAskedForLast) {
    CHECK(story.timelines.names_asked(story.mac).empty());
    story.leased()
        .file("CTLSEP001122334455.tlv", Outcome::not_found)
        .file("SEP001122334466.cnf.xml", Outcome::not_found)
        .file("SEP001122334455.cnf.xml.sgn", Outcome::unavailable)
        .file("ringlist.xml", Outcome::sent)
        .configured()
        .configured();
    const std::vector<std::string> names{"CTLSEP001122334455.tlv", "SEP001122334455.cnf.xml"};
    CHECK(story.timelines.names_asked(story.mac) == names);
    story.leased();  // nothing asked yet in this boot
    CHECK(story.timelines.names_asked(story.mac) == names);
    story.file("ITLSEP001122334455.tlv", Outcome::sent);
    CHECK(story.timelines.names_asked(story.mac) == std::vector<std::string>{"ITLSEP001122334455.tlv"});
}

TEST(Timeline, BothFamiliesAreOneBoot) {
    story.leased();
    story.wait(3);
    for (const auto kind : {Step::offered, Step::committed}) {
        api::LeaseEvent event;
        event.kind = kind;
        event.family = 6;
        event.mac = story.mac;
        event.address = "2001:db8:1::50";
        story.timelines.add(event, story.now);
    }
    CHECK_EQUAL(1U, story.phone().boots.size());
    CHECK_EQUAL(std::string("2001:db8:1::50"), story.phone().address(6));
}

TEST(Timeline, ARenewalIsNoBootAndANewDiscoverIsOne) {
    story.leased().configured().wait(1800).dhcp(Step::renewed);
    CHECK_EQUAL(1U, story.phone().boots.size());
    story.wait(5).dhcp(Step::offered);
    CHECK_EQUAL(2U, story.phone().boots.size());
    story.dhcp(Step::committed);
    CHECK_EQUAL(2U, story.phone().boots.size());
}

TEST(Timeline, ARestartThatAsksForItsOldAddressIsABoot) {
    story.leased().configured().wait(10).dhcp(Step::committed);
    CHECK_EQUAL(2U, story.phone().boots.size());
}

TEST(Timeline, WithoutDhcpAPauseBeginsABoot) {
    story.holder.reset();
    story.configured().wait(60).configured();
    CHECK_EQUAL(1U, story.phone().boots.size());
    story.wait(121).configured();
    CHECK_EQUAL(2U, story.phone().boots.size());
    CHECK(story.phone().is_phone);
}

TEST(Timeline, AFileOfNobodyBelongsToWhoAskedForItsOwnFromThere) {
    story.holder.reset();
    story.file("ringlist.xml", Outcome::sent);
    CHECK(story.timelines.find(story.mac) == nullptr);
    story.configured().file("ringlist.xml", Outcome::sent);
    CHECK_EQUAL(2U, story.phone().boots.back().files.size());
}

TEST(Timeline, WhoHasTheLeaseAskedWhateverTheNameSays) {
    story.leased().file("SEP00DEADBEEF00.cnf.xml", Outcome::refused, "binding");
    CHECK_EQUAL(std::string("SEP00DEADBEEF00.cnf.xml"), story.phone().boots.back().files[0].report.name);
    CHECK(story.timelines.find(*mac_from_digits("00deadbeef00")) == nullptr);
}

TEST(Timeline, ABootHoldsSoManyFilesAndCountsTheRest) {
    for (std::size_t i = 0; i < Timelines::max_files + 2; ++i) {
        story.file("file" + std::to_string(i), Outcome::sent);
    }
    CHECK_EQUAL(Timelines::max_files, story.phone().boots.back().files.size());
    CHECK_EQUAL(2U, story.phone().boots.back().left_out);
}

TEST(Timeline, OnlyTheLastBootsStay) {
    for (std::size_t i = 0; i < Timelines::max_boots + 3; ++i) {
        story.leased().configured().wait(600);
    }
    CHECK_EQUAL(Timelines::max_boots, story.phone().boots.size());
    CHECK_EQUAL(3 * Timelines::max_boots, story.timelines.entries());
}

TEST(Timeline, WhenFullHostsThatAreNoPhonesGoFirst) {
    Timelines timelines(2);
    timelines.add(lease_of(1), story.now);
    timelines.add(lease_of(2, false), story.now);
    timelines.add(lease_of(3), story.now);
    CHECK(timelines.find({0, 0, 0, 0, 0, 1}) != nullptr);
    CHECK(timelines.find({0, 0, 0, 0, 0, 2}) == nullptr);
    timelines.add(lease_of(4), story.now);
    CHECK(timelines.find({0, 0, 0, 0, 0, 1}) == nullptr);
    CHECK_EQUAL(2U, timelines.entries());
}

TEST(Timeline, EntriesOfAllPhonesAreBoundedAndTheOldestBootGoes) {
    Timelines timelines(100, 3);
    timelines.add(lease_of(1), story.now);
    timelines.add(lease_of(1), story.now + std::chrono::minutes(10));  // a second boot
    timelines.add(lease_of(2), story.now);
    timelines.add(lease_of(3), story.now);
    CHECK_EQUAL(3U, timelines.entries());
    CHECK_EQUAL(1U, timelines.find({0, 0, 0, 0, 0, 1})->boots.size());
    timelines.add(lease_of(4), story.now);
    CHECK(timelines.find({0, 0, 0, 0, 0, 1}) == nullptr);
}

TEST(Timeline, WhatChangedIsTakenOnce) {
    story.leased();
    auto taken = story.timelines.take_changed(100);
    CHECK_EQUAL(1U, taken.size());
    CHECK_EQUAL(1U, taken[0].from_boot);
    CHECK_EQUAL(4U, taken[0].entries());  // phone, boot, two steps
    CHECK(story.timelines.take_changed(100).empty());
    story.configured().wait(600).leased().wait(600).leased();
    taken = story.timelines.take_changed(100);
    CHECK_EQUAL(1U, taken.size());
    CHECK_EQUAL(1U, taken[0].from_boot);
    CHECK_EQUAL(3U, taken[0].phone.boots.back().number);
    story.configured();
    CHECK_EQUAL(3U, story.timelines.take_changed(100).at(0).from_boot);
    story.timelines.all_changed();
    CHECK_EQUAL(1U, story.timelines.take_changed(100).at(0).from_boot);
}

TEST(Timeline, ChangesAreTakenInPartsOfWholePhones) {
    for (std::uint8_t last = 1; last <= 5; ++last) {
        story.timelines.add(lease_of(last), story.now);
    }
    CHECK_EQUAL(1U, story.timelines.take_changed(0).size());
    CHECK_EQUAL(2U, story.timelines.take_changed(6).size());  // three entries each
    CHECK_EQUAL(2U, story.timelines.take_changed(100).size());
}

TEST(Timeline, ARenewedLeaseIsNoNewsForADay) {
    story.leased();
    story.dhcp(Step::renewed);
    CHECK_EQUAL(1U, story.timelines.take_changed(100).size());
    story.wait(24 * 3600 - 1).dhcp(Step::renewed);
    CHECK(story.timelines.take_changed(100).empty());
    story.wait(1).dhcp(Step::renewed);
    CHECK_EQUAL(1U, story.timelines.take_changed(100).size());
}

TEST(Timeline, WhatIsRestoredIsBoundedAndGoesOn) {
    story.leased().configured();
    const auto other = lease_of(7);
    story.timelines.add(other, story.now);
    Timelines next(1);
    next.restore(story.timelines.all());
    CHECK_EQUAL(1U, next.all().size());
    CHECK(next.find(*other.mac) != nullptr);
    CHECK_EQUAL(1U, next.entries());
    auto renewal = other;
    renewal.kind = Step::renewed;
    next.add(renewal, story.now);
    CHECK_EQUAL(1U, next.find(*other.mac)->boots.size());
    CHECK_EQUAL(2U, next.entries());
}
