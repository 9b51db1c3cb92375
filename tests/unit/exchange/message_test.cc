#include "tftpd/exchange/message.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::exchange;
using trust::Store;
using trust::samples::alice;
using trust::samples::bob;
using trust::samples::ok;

namespace {

Offer sample() {
    Offer offer{.name = "branch-08", .tftp_port = 69, .http_port = 0, .certificates = {}};
    offer.certificates[static_cast<std::size_t>(Store::callmanager)] = {alice().certificate()};
    offer.certificates[static_cast<std::size_t>(Store::phone_edge)] = {alice().certificate(), bob().certificate()};
    return offer;
}

Result<Message> parsed(const Bytes& bytes) {
    const auto head = parse_head(ByteView(bytes).first(head_size));
    return head ? parse_message(*head, ByteView(bytes).subspan(head_size)) : Result<Message>(head.error());
}

/// A message of this kind with these elements, whatever they are.
Bytes made(Kind kind, const std::string& elements) {
    auto bytes = bytes_of({.kind = Kind::ready});
    bytes[4] = static_cast<std::uint8_t>(kind);
    write_u16(bytes, 7, static_cast<std::uint16_t>(elements.size()));
    bytes.insert(bytes.end(), elements.begin(), elements.end());
    return bytes;
}

const std::string name_element("\1\0\1x", 4);
const std::string tftp_element("\2\0\2\0\105", 5);
const std::string http_element("\3\0\2\0\0", 5);

}  // namespace

TEST_GROUP(ExchangeMessage){};

TEST(ExchangeMessage, WhatIsWrittenIsRead) {
    const auto offer = parsed(bytes_of({.kind = Kind::offer, .offer = sample()}));
    CHECK(ok(offer));
    CHECK(offer->kind == Kind::offer);
    CHECK_EQUAL(std::string("branch-08"), offer->offer.name);
    UNSIGNED_LONGS_EQUAL(69, offer->offer.tftp_port);
    UNSIGNED_LONGS_EQUAL(0, offer->offer.http_port);
    for (const auto store : trust::all_stores) {
        const auto index = static_cast<std::size_t>(store);
        UNSIGNED_LONGS_EQUAL(sample().certificates[index].size(), offer->offer.certificates[index].size());
    }
    CHECK(offer->offer.certificates[4][1].der == bob().certificate().der);
    CHECK(parsed(bytes_of({.kind = Kind::ready}))->kind == Kind::ready);
    CHECK(parsed(bytes_of({.kind = Kind::done}))->kind == Kind::done);
    const auto no = parsed(bytes_of({.kind = Kind::no, .words = "not\ntoday"}));
    CHECK_EQUAL(std::string("not?today"), no->words);
    UNSIGNED_LONGS_EQUAL(max_words, parsed(bytes_of({.kind = Kind::no, .words = std::string(1000, 'x')}))->words.size());
}

TEST(ExchangeMessage, AHeadIsOursOfThisVersionAndBounded) {
    auto head = bytes_of({.kind = Kind::offer, .offer = sample()});
    head.resize(head_size);
    CHECK(ok(parse_head(head)));
    CHECK(!ok(parse_head(ByteView(head).first(head_size - 1))));
    auto other = head;
    other[0] = 'G';
    CHECK(!ok(parse_head(other)));
    other = head;
    other[3] = 2;
    CHECK(parse_head(other).error().text.find("it speaks version 2") != std::string::npos);
    for (const auto kind : Bytes{0, 5, 255}) {
        other = head;
        other[4] = kind;
        CHECK(!ok(parse_head(other)));
    }
    other = head;
    write_u16(other, 5, max_length >> 16);
    write_u16(other, 7, 0);
    UNSIGNED_LONGS_EQUAL(max_length, parse_head(other)->length);
    write_u16(other, 7, 1);
    CHECK(!ok(parse_head(other)));
}

TEST(ExchangeMessage, EachElementIsThereOnceAndKnown) {
    const auto offer = name_element + tftp_element + http_element;
    CHECK(ok(parsed(made(Kind::offer, offer))));
    for (const auto& wrong :
         {name_element + tftp_element, tftp_element + http_element, offer + name_element, offer + std::string("\5\0\0", 3),
          offer + std::string("\x15\0\1x", 4), offer + std::string("\4\0\1x", 4), offer + std::string("\x10\0\3abc", 6),
          offer.substr(0, offer.size() - 1), std::string("\1\0\0", 3) + tftp_element + http_element,
          std::string("\1\0\1_", 4) + tftp_element + http_element, name_element + std::string("\2\0\2\0\0", 5) + http_element,
          name_element + std::string("\2\0\1\1", 4) + http_element}) {
        CHECK_FALSE(ok(parsed(made(Kind::offer, wrong))));
    }
    CHECK(!ok(parsed(made(Kind::ready, name_element))));
    CHECK(!ok(parsed(made(Kind::no, ""))));
    CHECK(!ok(parsed(made(Kind::no, std::string("\4\0\1\n", 4)))));
}

TEST(ExchangeMessage, CertificatesAreCounted) {
    auto offer = sample();
    offer.certificates[0].assign(max_certificates - 2, alice().certificate());
    CHECK(ok(parsed(bytes_of({.kind = Kind::offer, .offer = offer}))));
    offer.certificates[0].push_back(alice().certificate());
    CHECK_EQUAL(std::string("more than 64 certificates"), parsed(bytes_of({.kind = Kind::offer, .offer = offer})).error().text);
}

TEST(ExchangeMessage, ANameIsOneThatAClusterCanHave) {
    CHECK(is_name("A-z.9"));
    CHECK(is_name(std::string(max_name, 'x')));
    for (const auto& wrong :
         {std::string(), std::string(max_name + 1, 'x'), std::string("a b"), std::string("a/b"), std::string("a\0", 2)}) {
        CHECK_FALSE(is_name(wrong));
    }
}
