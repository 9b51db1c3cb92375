#include "tftpd/trust/tlv.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(Tlv){};

TEST(Tlv, WhatIsWrittenIsRead) {
    TlvWriter inner;
    inner.add_text(4, "CN=a");
    TlvWriter writer;
    writer.add(3, inner);
    writer.add_u32(15, 0x01020304);
    TlvReader reader(writer.bytes());
    const auto container = reader.next();
    CHECK_EQUAL(3, (*container)->tag);
    CHECK_EQUAL(std::string("CN=a"), std::string(*text_of((**TlvReader((*container)->value).next()).value)));
    const auto number = reader.next();
    CHECK_EQUAL(11U, (*number)->offset);
    CHECK_EQUAL(0x0304, read_u16((*number)->value, 2));
    CHECK(!ok(*reader.next()));
}

TEST(Tlv, AnElementMayEndWithTheBytesButNotAfter) {
    const Bytes bytes{9, 0, 2, 'a', 'b'};
    CHECK(ok(TlvReader(bytes).next()));
    CHECK(!ok(TlvReader(ByteView(bytes).first(4)).next()));
    CHECK(!ok(TlvReader(ByteView(bytes).first(2)).next()));
}

TEST(Tlv, EachIsTakenUntilOneIsWrong) {
    const Bytes bytes{1, 0, 0, 2, 0, 0, 3, 0, 9};
    std::string taken;
    const auto up_to = [&](int last) {
        return TlvReader(bytes).each([&](const Tlv& element) {
            taken += std::to_string(element.tag);
            return std::string(element.tag == last ? "wrong" : "");
        });
    };
    CHECK_EQUAL(std::string("wrong"), up_to(1));
    CHECK_EQUAL(std::string("1"), taken);
    CHECK(up_to(3).starts_with("the element with tag 3 "));
    CHECK_EQUAL(std::string("112"), taken);
    CHECK_EQUAL(std::string(), TlvReader(ByteView()).each([](const Tlv&) { return std::string("taken"); }));
}

TEST(Tlv, PaddingIsOneByteOnlyWhereItIsExpected) {
    const Bytes bytes{13, 13, 9, 0, 0, 13};
    TlvReader reader(bytes, TlvReader::Padding::single_bytes);
    CHECK_EQUAL(9, (**reader.next()).tag);
    CHECK(!ok(*reader.next()));
    CHECK(!ok(TlvReader(bytes).next()));
}

TEST(Tlv, ATextMayLackItsNulButHasNoneInside) {
    CHECK_EQUAL(std::string("a"), std::string(*text_of(as_bytes({"a\0", 2}))));
    CHECK_EQUAL(std::string("a"), std::string(*text_of(as_bytes("a"))));
    CHECK_EQUAL(std::string(), std::string(*text_of({})));
    CHECK(!ok(text_of(as_bytes({"a\0b\0", 4}))));
}
