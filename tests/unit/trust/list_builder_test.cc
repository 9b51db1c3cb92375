#include "tftpd/trust/list_builder.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::alice;
using samples::bob;
using samples::grown_up;
using samples::noon;
using samples::ok;

namespace {

ListEntry entry(Role role, const Signer& signer, const std::string& host = "192.0.2.1") {
    return {.role = role, .certificate = signer.certificate(), .host = host};
}

ListWish wish(std::vector<ListEntry> entries, ListKind kind = ListKind::itl) {
    return {.kind = kind, .entries = std::move(entries), .time = noon};
}

std::string refusal(const Result<Bytes>& built) {
    return built ? "" : built.error().text;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Bytes list_of(const Signer& signer, const std::vector<const Signer*>& sasts) {
    std::vector<ListEntry> entries;
    for (const auto* one : sasts) {
        entries.push_back(entry(Role::sast, *one));
    }
    return *build_list(signer, wish(entries));
}

}  // namespace

TEST_GROUP(ListBuilder){};

TEST(ListBuilder, WhatIsBuiltIsWhatOurReaderReads) {
    auto wanted = wish({entry(Role::sast, alice()), entry(Role::tftp, alice()), entry(Role::capf, bob(), ""),
                        entry(Role::tvs, grown_up(), "tvs.example.com")});
    wanted.entries[1].address = {192, 0, 2, 1};
    wanted.signer_minor = 1;
    wanted.digest = Digest::sha512;
    const auto file = build_list(alice(), wanted);
    CHECK(ok(file));
    const auto list = TrustList::parse(*file);
    CHECK(ok(list));
    CHECK_EQUAL(std::string("ITLFile.tlv"), list->header.file_name);
    CHECK(list->header.version == Version(1, 2));
    CHECK(list->header.signer_version == Version(1, 1));
    CHECK(list->header.digest == Digest::sha512);
    CHECK_EQUAL(0U, list->header.header_size % 4);
    CHECK_EQUAL(0U, *list->signer());
    CHECK_EQUAL(4U, list->records.size());
    CHECK((*list->records[1].address == std::array<std::uint8_t, 4>{192, 0, 2, 1}));
    CHECK(!list->records[0].address);
    CHECK_EQUAL(std::string(""), list->records[2].host);
    CHECK(list->records[3].certificate == grown_up().certificate().der);
    CHECK(list->records[3].role == Role::tvs);
}

TEST(ListBuilder, ACtlHasNoSignerVersionAndNoTvs) {
    const auto file = build_list(alice(), wish({entry(Role::sast, alice()), entry(Role::ccm_tftp, alice())}, ListKind::ctl));
    CHECK(ok(file));
    CHECK_EQUAL(std::string("CTLFile.tlv"), TrustList::parse(*file)->header.file_name);
    CHECK(!TrustList::parse(*file)->header.signer_version);
    CHECK(says(refusal(build_list(alice(), wish({entry(Role::sast, alice()), entry(Role::tvs, bob())}, ListKind::ctl))),
               "a CTL has no TVS"));
}

TEST(ListBuilder, OneOrTwoKeysMaySignLists) {
    CHECK_EQUAL(std::string(""), refusal(build_list(alice(), wish({entry(Role::sast, alice())}))));
    CHECK_EQUAL(std::string(""), refusal(build_list(alice(), wish({entry(Role::sast, alice()), entry(Role::sast, bob())}))));
    const auto three = wish({entry(Role::sast, alice()), entry(Role::sast, bob()), entry(Role::sast, grown_up())});
    CHECK(says(refusal(build_list(alice(), three)), "at most 2"));
    CHECK(says(refusal(build_list(alice(), wish({entry(Role::sast, bob())}))), "must be in it with the role SAST"));
    CHECK(says(refusal(build_list(alice(), wish({entry(Role::tftp, alice())}))), "must be in it with the role SAST"));
}

TEST(ListBuilder, KeysHaveAtMost2048Bits) {
    CHECK_EQUAL(std::string(""), refusal(build_list(grown_up(), wish({entry(Role::sast, grown_up())}))));
    const samples::LocalSigner large(4096, "CN=large");
    CHECK(says(refusal(build_list(alice(), wish({entry(Role::sast, alice()), entry(Role::capf, large)}))),
               "more than 2048 bits"));
    CHECK(says(refusal(build_list(large, wish({entry(Role::sast, large)}))), "more than 2048 bits"));
}

TEST(ListBuilder, OnlyRolesThatPhonesKnowAndVersionsThatThereAre) {
    CHECK(says(refusal(build_list(alice(), wish({entry(Role::sast, alice()), entry(Role::app_server, bob())}))),
               "the role must be"));
    auto wanted = wish({entry(Role::sast, alice())});
    wanted.signer_minor = ListWish::max_signer_minor;
    CHECK_EQUAL(std::string(""), refusal(build_list(alice(), wanted)));
    wanted.signer_minor = ListWish::max_signer_minor + 1;
    CHECK(says(refusal(build_list(alice(), wanted)), "there are 1.0 and 1.1"));
}

TEST(ListBuilder, AHostHasAtMost255Characters) {
    CHECK_EQUAL(std::string(""), refusal(build_list(alice(), wish({entry(Role::sast, alice(), std::string(255, 'h'))}))));
    CHECK(says(refusal(build_list(alice(), wish({entry(Role::sast, alice(), std::string(256, 'h'))}))), "at most 255"));
}

TEST(ListBuilder, AListOf64KiBIsTheLargest) {
    auto wanted = wish({entry(Role::sast, alice(), "")});
    const auto base = build_list(alice(), wanted)->size();
    // Records that differ in their host alone fill the list to its last byte.
    wanted.entries.push_back(entry(Role::capf, bob(), ""));
    const auto step = build_list(alice(), wanted)->size() - base;
    while (base + (wanted.entries.size()) * step <= ListWish::max_file) {
        wanted.entries.push_back(entry(Role::capf, bob(), ""));
    }
    auto left = ListWish::max_file - build_list(alice(), wanted)->size();
    for (std::size_t i = 1; i < wanted.entries.size() && left > 0; ++i) {
        const auto more = std::min<std::size_t>(left, ListWish::max_host);
        wanted.entries[i].host = std::string(more, 'h');
        left -= more;
    }
    CHECK_EQUAL(ListWish::max_file, build_list(alice(), wanted)->size());
    wanted.entries.back().host += 'h';
    CHECK(says(refusal(build_list(alice(), wanted)), "more than 65536 bytes"));
}

TEST(ListBuilder, AChangeThatStrandsPhonesIsRefused) {
    const auto change = [](const Bytes& before, const Bytes& next) {
        const auto result = check_change(*TrustList::parse(before), *TrustList::parse(next));
        return result ? std::string("good") : result.error().text;
    };
    const auto present = list_of(alice(), {&alice()});
    CHECK_EQUAL(std::string("good"), change(present, list_of(alice(), {&alice()})));
    CHECK(says(change(present, list_of(bob(), {&bob()})), "would refuse this one"));
    CHECK(says(change(present, list_of(bob(), {&bob(), &alice()})), "would refuse this one"));
    const auto announced = list_of(alice(), {&alice(), &bob()});
    CHECK_EQUAL(std::string("good"), change(present, announced));
    CHECK(says(change(announced, list_of(bob(), {&bob()})), "it must stay"));
    const auto changed = list_of(bob(), {&bob(), &alice()});
    CHECK_EQUAL(std::string("good"), change(announced, changed));
    CHECK_EQUAL(std::string("good"), change(changed, list_of(alice(), {&alice(), &bob()})));  // and back
    CHECK_EQUAL(std::string("good"), change(changed, list_of(bob(), {&bob()})));
}
