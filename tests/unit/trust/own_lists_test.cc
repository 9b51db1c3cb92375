#include "tftpd/trust/own_lists.h"

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::alice;
using samples::bob;
using samples::ok;

namespace {

Bytes list(const Signer& signer, std::vector<const Signer*> sasts = {}, ListKind kind = ListKind::itl) {
    ListWish wish{.kind = kind, .entries = {}, .time = samples::noon};
    sasts.insert(sasts.begin(), &signer);
    for (const auto* one : sasts) {
        wish.entries.push_back({.role = Role::sast, .certificate = one->certificate(), .host = ""});
    }
    return *build_list(signer, wish);
}

}  // namespace

TEST_GROUP(OwnLists) {
    test::Scratch scratch;
};

TEST(OwnLists, AListIsInForceAtOnceAndAfterARestart) {
    const auto file = list(alice());
    {
        OwnLists lists(scratch / "lists");
        CHECK(!lists.file(ListKind::itl));
        CHECK(ok(lists.replace(ListKind::itl, file)));
        CHECK(*lists.file(ListKind::itl) == file);
        CHECK(!lists.file(ListKind::ctl));
    }
    OwnLists lists(scratch / "lists");
    CHECK(*lists.file(ListKind::itl) == file);
    CHECK(lists.faults().empty());
}

TEST(OwnLists, WhatPhonesWouldNotTakeIsNotPutInForce) {
    OwnLists lists(scratch / "lists");
    const auto present = list(alice());
    CHECK(ok(lists.replace(ListKind::itl, present)));
    CHECK(!ok(lists.replace(ListKind::itl, list(bob()))));
    CHECK(!ok(lists.replace(ListKind::itl, list(alice(), {}, ListKind::ctl))));
    auto changed = present;
    changed.back() ^= 1;
    CHECK(!ok(lists.replace(ListKind::itl, changed)));
    CHECK(*lists.file(ListKind::itl) == present);
    CHECK(*OwnLists(scratch / "lists").file(ListKind::itl) == present);
    CHECK(ok(lists.replace(ListKind::itl, list(alice(), {&bob()}))));
    CHECK(ok(lists.replace(ListKind::itl, list(bob(), {&alice()}))));
}

TEST(OwnLists, ADamagedListIsGivenToNobodyAndKept) {
    auto damaged = list(alice());
    damaged.back() ^= 1;
    scratch.write("lists/ITLFile.tlv", std::string(as_text(damaged)));
    OwnLists lists(scratch / "lists");
    CHECK(!lists.file(ListKind::itl));
    CHECK_EQUAL(1U, lists.faults().size());
    CHECK(lists.faults()[0].find("ITLFile.tlv") != std::string::npos);
    CHECK(!ok(lists.replace(ListKind::itl, list(alice()))));
    CHECK(test::text_of_file(scratch / "lists/ITLFile.tlv") == as_text(damaged));
    CHECK(ok(lists.replace(ListKind::ctl, list(alice(), {}, ListKind::ctl))));
    CHECK(*lists.remove(ListKind::itl));  // the operator gives it up
    CHECK(ok(lists.replace(ListKind::itl, list(alice()))));
}

TEST(OwnLists, WhatWasRemovedIsGone) {
    OwnLists lists(scratch / "lists");
    CHECK(!*lists.remove(ListKind::itl));
    CHECK(ok(lists.replace(ListKind::itl, list(alice()))));
    CHECK(*lists.remove(ListKind::itl));
    CHECK(!lists.file(ListKind::itl));
    CHECK(ok(lists.replace(ListKind::itl, list(bob()))));  // nothing is in force that it could break
}
