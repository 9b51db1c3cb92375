#include "tftpd/tvs/message.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tvs;

namespace {

std::string element(char tag, const std::string& value) {
    return std::string{tag, static_cast<char>(value.size() >> 8), static_cast<char>(value.size() & 0xff)} + value;
}

std::string message(char command, const std::string& elements) {
    return std::string("\x57\x01", 2) + command + std::string("\x00\x00\x00\x03\xe9", 5) +
           static_cast<char>(elements.size() >> 8) + static_cast<char>(elements.size() & 0xff) + elements;
}

const std::string device = element(1,
                                   "\x01"
                                   "CP-8861-SEPB000B4BA0AEE");
const std::string subject = element(3, std::string("CN=cucm-proxy;OU=voice;O=Example;L=Town;ST=State;C=DE\0", 54));
const std::string issuer = element(4, std::string("CN=stormin-WIN2012-CA\0", 22));
const std::string serial =
    element(5, std::string("\x24\x00\x00\x00\x01\x79\x47\x9b\x8f\x12\x4a\xc3\xf3\xb0\x00\x00\x00\x00\x17", 19));

Result<Query> parse(const std::string& bytes) {
    const auto head = parse_head(as_bytes(bytes).first(std::min(bytes.size(), head_size)));
    if (!head) {
        return head.error();
    }
    return parse_query(*head, as_bytes(bytes).subspan(head_size));
}
std::string fault(const std::string& bytes) {
    const auto query = parse(bytes);
    return query ? "" : query.error().text;
}

}  // namespace

TEST_GROUP(TvsMessage){};

// The sizes are those of a captured query: 153 bytes, of them 143 in elements of 27, 69, 25 and 22.
TEST(TvsMessage, AQueryIsTakenApart) {
    LONGS_EQUAL(27, device.size());
    LONGS_EQUAL(25, issuer.size());
    LONGS_EQUAL(22, serial.size());
    const auto query = parse(message(3, device + subject + issuer + serial));
    CHECK(static_cast<bool>(query));
    LONGS_EQUAL(1001, query->session);
    STRCMP_EQUAL("CP-8861-SEPB000B4BA0AEE", query->device.c_str());
    STRCMP_EQUAL("CN=stormin-WIN2012-CA", query->issuer.c_str());
    STRCMP_EQUAL("CN=cucm-proxy;OU=voice;O=Example;L=Town;ST=State;C=DE", query->subject.c_str());
    LONGS_EQUAL(19, query->serial.size());
    LONGS_EQUAL(0x24, query->serial.front());
}

TEST(TvsMessage, OrderDoesNotMatterAndTheUnknownIsPassedOver) {
    CHECK(static_cast<bool>(parse(message(3, element(9, "new") + serial + issuer))));
}

TEST(TvsMessage, WhatCannotBeAnsweredIsRefusedWithAReason) {
    STRCMP_CONTAINS("not a message", fault("\x57\x01\x03").c_str());
    STRCMP_CONTAINS("not a message", fault("GET / HTTP/1.1").c_str());
    STRCMP_CONTAINS("the command 1", fault(message(1, issuer + serial)).c_str());
    STRCMP_CONTAINS("no issuer or no serial", fault(message(3, issuer)).c_str());
    STRCMP_CONTAINS("no issuer or no serial", fault(message(3, serial)).c_str());
    STRCMP_CONTAINS("twice", fault(message(3, issuer + serial + serial)).c_str());
    STRCMP_CONTAINS("twice", fault(message(3, issuer + issuer + serial)).c_str());
    STRCMP_CONTAINS("a name", fault(message(3, element(4, std::string("a\0b\0", 4)) + serial)).c_str());
    CHECK(!fault(message(3, issuer + serial.substr(0, serial.size() - 1))).empty());
}

TEST(TvsMessage, SizesAreHeldToTheirLimits) {
    CHECK_EQUAL(std::string(),
                fault(message(3, element(4, std::string(max_name, 'n') + '\0') + element(5, std::string(max_serial, 's')))));
    CHECK(!fault(message(3, element(4, std::string(max_name + 1, 'n') + '\0') + serial)).empty());
    CHECK(!fault(message(3, issuer + element(5, std::string(max_serial + 1, 's')))).empty());
    CHECK(!fault(message(3, issuer + element(5, ""))).empty());
    const auto sized = [](std::size_t length) {
        auto head = message(3, "");
        head[8] = static_cast<char>(length >> 8);
        head[9] = static_cast<char>(length & 0xff);
        return static_cast<bool>(parse_head(as_bytes(head)));
    };
    CHECK(sized(max_query - head_size));
    CHECK_FALSE(sized(max_query - head_size + 1));
}

// 57 01 04 f7 SESSION LENGTH | 07 0001 00 | 02 LENGTH DER | 08 0002 00 03 | 09 0004 00015180, as captured.
TEST(TvsMessage, AnAnswerIsByteForByteAsCaptured) {
    const Bytes der(0x05ab, 0x30);
    const auto answer = answer_message(1001, Known{.certificate = der, .roles = {0, 3}, .lifetime = std::chrono::hours(24)});
    const Bytes begin{0x57, 0x01, 0x04, 0xf7, 0, 0, 0x03, 0xe9, 0x05, 0xbe, 0x07, 0, 1, 0, 0x02, 0x05, 0xab, 0x30};
    LONGS_EQUAL(1480, answer.size());
    MEMCMP_EQUAL(begin.data(), answer.data(), begin.size());
    const Bytes end{0x08, 0, 2, 0, 3, 0x09, 0, 4, 0, 0x01, 0x51, 0x80};
    MEMCMP_EQUAL(end.data(), answer.data() + answer.size() - end.size(), end.size());
}

TEST(TvsMessage, TheUnknownIsAStatusAndNothingElse) {
    const auto answer = answer_message(0xfffffffe, std::nullopt);
    const Bytes wanted{0x57, 0x01, 0x04, 0xf7, 0xff, 0xff, 0xff, 0xfe, 0, 4, 0x07, 0, 1, 1};
    CHECK(answer == wanted);
}
