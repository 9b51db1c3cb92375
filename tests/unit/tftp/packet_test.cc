#include "tftpd/tftp/packet.h"

#include "tftpd/tftp/transfer_options.h"

#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using namespace std::string_literals;

namespace {

template <typename T>
std::optional<T> parsed(const std::string& datagram) {
    const auto packet = parse(as_bytes(datagram));
    if (!packet || !std::holds_alternative<T>(*packet)) {
        return std::nullopt;
    }
    return std::get<T>(*packet);
}

bool garbage(const std::string& datagram) {
    return !parse(as_bytes(datagram));
}

const std::string read_head = "\0\1SEP001122334455.cnf.xml\0octet\0"s;

}  // namespace

TEST_GROUP(Packet){};

TEST(Packet, ARequestWithoutOptionsIsWhatPhonesSend) {
    static const auto datagram = "\0\1CTLSEP2834A2823B58.tlv\0octet\0"s;
    const auto request = parsed<Request>(datagram);
    CHECK(request.has_value());
    CHECK_FALSE(request->write);
    CHECK(request->name == "CTLSEP2834A2823B58.tlv");
    CHECK(request->mode == Mode::octet);
    CHECK(request->options.empty());
}

TEST(Packet, AWriteRequestIsToldApart) {
    const auto datagram = "\0\2f\0octet\0"s;
    CHECK(parsed<Request>(datagram)->write);
}

TEST(Packet, ModeIsTakenInAnyCase) {
    const auto octet = "\0\1f\0OcTeT\0"s;
    const auto netascii = "\0\1f\0NETASCII\0"s;
    CHECK(parsed<Request>(octet)->mode == Mode::octet);
    CHECK(parsed<Request>(netascii)->mode == Mode::netascii);
}

TEST(Packet, AnotherModeIsNotGarbage) {
    CHECK(parsed<BadMode>("\0\1f\0mail\0"s).has_value());
    CHECK(parsed<BadMode>("\0\1f\0\0"s).has_value());
    CHECK(parsed<BadMode>("\0\1f\0octets\0"s).has_value());
}

TEST(Packet, AnEmptyNameIsLeftToTheCaller) {
    const auto datagram = "\0\1\0octet\0"s;
    CHECK(parsed<Request>(datagram)->name.empty());
}

TEST(Packet, ARequestWhoseNameOrModeIsNotEndedIsGarbage) {
    CHECK(garbage("\0\1"s));
    CHECK(garbage("\0\1f"s));
    CHECK(garbage("\0\1f\0"s));
    CHECK(garbage("\0\1f\0octet"s));
}

TEST(Packet, ARequestMayBeAsLongAsTheLimitAndNotAByteLonger) {
    const auto longest = "\0\1"s + std::string(max_request_size - 9, 'n') + "\0octet\0"s;
    CHECK_EQUAL(max_request_size, longest.size());
    CHECK_EQUAL(max_request_size - 9, parsed<Request>(longest)->name.size());
    CHECK(garbage("\0\1"s + std::string(max_request_size - 8, 'n') + "\0octet\0"s));
}

TEST(Packet, ARequestOfExactly512BytesIsTaken) {
    const auto datagram = "\0\1"s + std::string(512 - 9, 'n') + "\0octet\0"s;
    CHECK_EQUAL(512, datagram.size());
    CHECK(parsed<Request>(datagram).has_value());
}

TEST(Packet, OptionsKeepTheirOrderAndTheirCase) {
    const auto datagram = read_head + "TSize\0000\0blksize\0001428\0"s;
    const auto options = parsed<Request>(datagram)->options;
    CHECK_EQUAL(2, options.size());
    CHECK(options[0].first == "TSize");
    CHECK(options[0].second == "0");
    CHECK(options[1].first == "blksize");
    CHECK(options[1].second == "1428");
}

TEST(Packet, AnOptionWithoutItsValueIsDropped) {
    for (const auto& tail : {"blksize"s, "blksize\0"s, "blksize\0001428"s}) {
        const auto datagram = read_head + "tsize\0000\0"s + tail;
        const auto request = parsed<Request>(datagram);
        CHECK(request.has_value());
        CHECK_EQUAL(1, request->options.size());
    }
}

TEST(Packet, OfAnOptionNamedTwiceTheFirstCounts) {
    const auto datagram = read_head + "blksize\0001428\0BLKSIZE\0008\0"s;
    const auto options = parsed<Request>(datagram)->options;
    CHECK_EQUAL(1, options.size());
    CHECK(options[0].second == "1428");
}

TEST(Packet, NulsBehindARequestAreNotOptions) {
    const auto datagram = read_head + std::string(40, '\0');
    CHECK(parsed<Request>(datagram)->options.empty());
}

TEST(Packet, ANulBeforeAnOptionDoesNotHideIt) {
    const auto datagram = read_head + "\0tsize\0000\0"s;
    const auto options = parsed<Request>(datagram)->options;
    CHECK_EQUAL(1, options.size());
    CHECK(options[0].first == "tsize");
}

TEST(Packet, MoreOptionsThanTheLimitArePassedOver) {
    std::string datagram = read_head;
    for (std::size_t i = 0; i < max_options + 1; ++i) {
        datagram += "o" + std::to_string(i) + "\0v\0"s;
    }
    const auto options = parsed<Request>(datagram)->options;
    CHECK_EQUAL(max_options, options.size());
    CHECK(options.back().first == "o15");
}

TEST(Packet, AnAckMayBePadded) {
    CHECK_EQUAL(0x1234, parsed<Ack>("\0\4\x12\x34"s)->block);
    CHECK_EQUAL(0x1234, parsed<Ack>("\0\4\x12\x34 padding to the Ethernet minimum"s)->block);
    CHECK(garbage("\0\4\x12"s));
}

TEST(Packet, DataMayBeEmptyAndAsLongAsTheLargestBlock) {
    CHECK(parsed<Data>("\0\3\0\7"s)->bytes.empty());
    const auto largest = "\0\3\0\7"s + std::string(largest_block_size, 'd');
    CHECK_EQUAL(largest_block_size, parsed<Data>(largest)->bytes.size());
    CHECK(garbage("\0\3\0\7"s + std::string(largest_block_size + 1u, 'd')));
    CHECK(garbage("\0\3\0"s));
}

TEST(Packet, AnErrorMayLackItsTextOrTheEndOfIt) {
    CHECK(parsed<ErrorPacket>("\0\5\0\1"s)->text.empty());
    const auto not_ended = "\0\5\0\1gone"s;
    const auto ended = "\0\5\0\1gone\0junk"s;
    CHECK(parsed<ErrorPacket>(not_ended)->text == "gone");
    CHECK(parsed<ErrorPacket>(ended)->text == "gone");
    CHECK(parsed<ErrorPacket>(ended)->code == ErrorCode::file_not_found);
    CHECK(garbage("\0\5\0"s));
}

TEST(Packet, AnUnknownErrorCodeIsKept) {
    CHECK_EQUAL(0xffff, static_cast<int>(parsed<ErrorPacket>("\0\5\xff\xff\0"s)->code));
}

TEST(Packet, UnknownOpcodesAreGarbage) {
    CHECK(garbage(""s));
    CHECK(garbage("\0"s));
    CHECK(garbage("\0\0f\0octet\0"s));
    CHECK(garbage("\0\7f\0octet\0"s));
    CHECK(garbage("\1\1f\0octet\0"s));
}

TEST(Packet, WhatIsWrittenIsParsedBack) {
    std::array<std::uint8_t, 128> room{};
    const ByteView bytes(room);

    auto size = write_ack(room, 0xfffe);
    CHECK_EQUAL(0xfffe, std::get<Ack>(*parse(bytes.first(size))).block);

    size = write_data_header(room, 7);
    CHECK_EQUAL(data_header_size, size);
    CHECK_EQUAL(7, std::get<Data>(*parse(bytes.first(size))).block);

    size = write_error(room, ErrorCode::option_refused, "no");
    CHECK_EQUAL(7, size);
    CHECK(std::get<ErrorPacket>(*parse(bytes.first(size))).text == "no");

    size = write_oack(room, {{"tsize", "5"}, {"blksize", "8"}});
    CHECK_EQUAL(2, std::get<OptionAck>(*parse(bytes.first(size))).options.size());

    size = write_read_request(room, "name", Mode::netascii, {{"tsize", "0"}});
    const auto packet = parse(bytes.first(size));
    const auto& request = std::get<Request>(*packet);
    CHECK(request.name == "name");
    CHECK(request.mode == Mode::netascii);
    CHECK(request.options[0].first == "tsize");
}

TEST(Packet, AnErrorTextIsCutToTheRoomAndAtANul) {
    std::array<std::uint8_t, 8> room{};
    CHECK_EQUAL(8, write_error(room, ErrorCode::undefined, "longer than that"));
    CHECK_EQUAL(0, room[7]);
    CHECK_EQUAL(6, write_error(room, ErrorCode::undefined, "a\0b"s));
}
