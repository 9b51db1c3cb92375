// Both boxes' steps, and each way in which one goes wrong: whatever happens, neither has taken anything before both could.
#include "tftpd/exchange/agreement.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::exchange;
using Side = Agreement::Side;
using State = Agreement::State;

namespace {

struct OneBox {
    OneBox(Side side, const std::string& name)
        : agreement(
              side, {.name = name, .certificates = {}},
              {.check = [this](const Offer&) -> Result<bool> { return could.empty() ? Result<bool>(true) : Failure{could}; },
               .take = [this](const Offer& theirs) -> Result<std::string> {
                   if (!disk.empty()) {
                       return Failure{disk};
                   }
                   taken += theirs.name;
                   return "took " + theirs.name;
               }}) {}
    std::string could{};  // why it could not be taken
    std::string disk{};   // why taking fails
    std::string taken{};
    Agreement agreement;
};

}  // namespace

TEST_GROUP(Agreement) {
    OneBox offers{Side::offers, "east"};
    OneBox comes{Side::comes, "west"};

    static void carry(OneBox & from, OneBox & to) {
        const auto bytes = from.agreement.take_output();
        for (ByteView rest = bytes; !rest.empty();) {
            const auto head = *parse_head(rest.first(head_size));
            to.agreement.hear(*parse_message(head, rest.subspan(head_size, head.length)));
            rest = rest.subspan(head_size + head.length);
        }
    }
    /// Until nobody has anything to say.
    void talk() {
        for (int turn = 0; turn < 5; ++turn) {
            carry(offers, comes);
            carry(comes, offers);
        }
    }
    void check_failed(const OneBox& box, const std::string& why) {
        CHECK(box.agreement.state() == State::failed);
        CHECK_EQUAL(why, box.agreement.text());
    }
    void nothing_is_taken() {
        CHECK_EQUAL(std::string(), offers.taken + comes.taken);
    }
};

TEST(Agreement, BothTakeOnceBothHaveConfirmed) {
    talk();
    offers.agreement.confirm();
    talk();
    CHECK(offers.agreement.state() == State::confirmed);
    CHECK(comes.agreement.state() == State::unconfirmed);
    nothing_is_taken();
    comes.agreement.confirm();
    talk();
    CHECK(offers.agreement.state() == State::done);
    CHECK(comes.agreement.state() == State::done);
    CHECK_EQUAL(std::string("took west"), offers.agreement.text());
    CHECK_EQUAL(std::string("east"), comes.taken);
}

TEST(Agreement, WhoCameMayConfirmFirst) {
    comes.agreement.confirm();
    talk();
    nothing_is_taken();
    offers.agreement.confirm();
    talk();
    CHECK_EQUAL(std::string("westeast"), offers.taken + comes.taken);
}

TEST(Agreement, NothingIsSaidBeforeOurOwnOperatorHasConfirmed) {
    comes.agreement.confirm();
    carry(comes, offers);
    CHECK(offers.agreement.take_output().empty());
}

TEST(Agreement, ANoOnEitherSideEndsItOnBoth) {
    offers.agreement.confirm();
    talk();
    comes.agreement.give_up("The operator said no");
    talk();
    check_failed(comes, "The operator said no");
    check_failed(offers, "the other side: The operator said no");
    comes.agreement.confirm();
    talk();
    nothing_is_taken();
}

TEST(Agreement, WhoOffersChecksBeforeItTakes) {
    offers.could = "no room";
    offers.agreement.confirm();
    comes.agreement.confirm();
    talk();
    check_failed(offers, "no room");
    CHECK(comes.agreement.state() == State::failed);
    nothing_is_taken();
}

TEST(Agreement, WhoCameChecksBeforeItSaysReady) {
    comes.could = "no room";
    offers.agreement.confirm();
    comes.agreement.confirm();
    talk();
    check_failed(comes, "no room");
    check_failed(offers, "the other side: no room");
    nothing_is_taken();
}

TEST(Agreement, ADiskThatFailsWhereItIsTakenFirstLeavesBothAsTheyWere) {
    offers.disk = "the disk is full";
    offers.agreement.confirm();
    comes.agreement.confirm();
    talk();
    check_failed(offers, "the disk is full");
    CHECK(comes.agreement.state() == State::failed);
    nothing_is_taken();
}

TEST(Agreement, ABrokenLineIsToldAndTheLastStepsGapNamed) {
    offers.agreement.confirm();
    comes.agreement.confirm();
    carry(offers, comes);  // the offer; it is ready now
    comes.agreement.broken_off("it hung up");
    CHECK(comes.agreement.text().find("The other box may have taken what is here") != std::string::npos);
    offers.agreement.broken_off("it hung up");
    check_failed(offers, "it hung up");
    nothing_is_taken();
}

TEST(Agreement, NothingOutOfTurn) {
    offers.agreement.confirm();
    offers.agreement.hear({.kind = Kind::ready});
    check_failed(offers, "the other side said something out of its turn");
    comes.agreement.confirm();
    comes.agreement.hear({.kind = Kind::offer});
    comes.agreement.hear({.kind = Kind::offer});
    CHECK(comes.agreement.state() == State::failed);
    nothing_is_taken();
}

TEST(Agreement, DoneIsForWhoCameAndReadyForWhoOffered) {
    for (auto* box : {&offers, &comes}) {
        box->agreement.confirm();
        box->agreement.hear({.kind = Kind::offer});
        box->agreement.hear({.kind = box == &offers ? Kind::done : Kind::ready});
        CHECK(box->agreement.state() == State::failed);
    }
    nothing_is_taken();
}
