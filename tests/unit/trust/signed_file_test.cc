#include "tftpd/trust/signed_file.h"

#include "tests/unit/trust/samples.h"
#include "tftpd/trust/tlv.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

namespace {

bool valid(ByteView file, const Signer& signer = samples::alice()) {
    const auto parsed = SignedFile::parse(file);
    return parsed && parsed->is_signed_by(signer.certificate().key);
}

void add(Bytes& into, const Bytes& part) {
    into.insert(into.end(), part.begin(), part.end());
}

/// A header put together by hand from these elements, HEADERLENGTH filled in; no padding.
Bytes header_of(const std::vector<Bytes>& elements) {
    Bytes file{1, 0, 2, 1, 0, 2, 0, 2, 0, 0};
    for (const auto& element : elements) {
        add(file, element);
    }
    write_u16(file, 8, static_cast<std::uint16_t>(file.size()));
    return file;
}

Bytes element(std::uint8_t tag, std::string_view value) {
    TlvWriter writer;
    writer.add(tag, as_bytes(value));
    return writer.bytes();
}

Bytes signer_id(const std::vector<Bytes>& children) {
    Bytes value;
    for (const auto& child : children) {
        add(value, child);
    }
    return element(3, as_text(value));
}

const Bytes subject = element(4, {"CN=a\0", 5});
const Bytes serial = element(5, "\x01");
const Bytes issuer = element(6, {"CN=a\0", 5});
const Bytes algorithms = element(7, {"\x08\x00\x01\x01\x09\x00\x08\x0a\x00\x01\x00\x0b\x00\x01\x01", 15});
const Bytes signature = element(12, std::string(128, 's'));
const Bytes name = element(14, {"x.sgn\0", 6});
const Bytes identity = signer_id({subject, serial, issuer});

}  // namespace

TEST_GROUP(SignedFile){};

TEST(SignedFile, WhatWasPutInComesOut) {
    const auto file = samples::signed_sample(samples::alice(), Digest::sha512, "New_Zealand/g3-tones.xml.sgn", "<tones/>");
    const auto parsed = SignedFile::parse(file);
    CHECK(ok(parsed));
    CHECK_EQUAL(std::string("CN=alice;OU=Lab;O=Example;L=Krakow;ST=Malopolska;C=PL"), parsed->signer.subject);
    CHECK_EQUAL(parsed->signer.subject, parsed->signer.issuer);
    CHECK(parsed->signer.serial == samples::alice().certificate().serial);
    CHECK_EQUAL(std::string("New_Zealand/g3-tones.xml.sgn"), parsed->file_name);
    CHECK(parsed->digest == Digest::sha512);
    CHECK_EQUAL(1024U, parsed->modulus_bits);
    CHECK_EQUAL(samples::noon.time_since_epoch().count(), *parsed->timestamp);
    CHECK(!ok(parsed->signer_version));
    CHECK(!parsed->encrypted);
    CHECK_EQUAL(0U, parsed->header_size % 4);
    CHECK_EQUAL(std::string("<tones/>"), std::string(as_text(parsed->body)));
}

TEST(SignedFile, HeaderLengthIsAMultipleOfFourForEveryLengthOfName) {
    for (std::string base = "a"; base.size() < 9; base += 'a') {
        const auto file = samples::signed_sample(samples::alice(), Digest::sha1, base + ".sgn");
        CHECK_EQUAL(0U, SignedFile::parse(file)->header_size % 4);
        CHECK(valid(file));
    }
}

TEST(SignedFile, OnlyTheSignersKeyFits) {
    for (const auto digest : {Digest::sha1, Digest::sha512}) {
        const auto file = samples::signed_sample(samples::alice(), digest);
        CHECK(valid(file, samples::alice()));
        CHECK(!valid(file, samples::bob()));
        CHECK(!valid(file, samples::grown_up()));
    }
    CHECK(valid(samples::signed_sample(samples::grown_up()), samples::grown_up()));
}

TEST(SignedFile, EveryFlippedBitIsNoticed) {
    auto file = samples::signed_sample(samples::alice());
    for (std::size_t i = 0; i < file.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            file[i] = static_cast<std::uint8_t>(file[i] ^ (1U << bit));
            CHECK_TEXT(!valid(file), ("byte " + std::to_string(i)).c_str());
            file[i] = static_cast<std::uint8_t>(file[i] ^ (1U << bit));
        }
    }
    CHECK(valid(file));
}

TEST(SignedFile, EveryCutAndEveryAddedByteIsNoticed) {
    const auto file = samples::signed_sample(samples::alice());
    for (std::size_t size = 0; size < file.size(); ++size) {
        CHECK(!valid(ByteView(file).first(size)));
        auto shorter = file;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(!valid(shorter));
    }
    for (std::size_t i = 0; i <= file.size(); ++i) {
        for (const auto byte : Bytes{0x00, 0x0d, 0x01, 0xff}) {
            auto longer = file;
            longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), byte);
            CHECK_TEXT(!valid(longer), ("before byte " + std::to_string(i)).c_str());
        }
    }
}

TEST(SignedFile, BothOrdersOfTheSignersElementsAreRead) {
    for (const auto& id : {identity, signer_id({subject, issuer, serial})}) {
        const auto file = header_of({id, algorithms, signature, name});
        const auto parsed = SignedFile::parse(file);
        CHECK(ok(parsed));
        CHECK_EQUAL(std::string("CN=a"), parsed->signer.issuer);
        CHECK_EQUAL(1U, parsed->signer.serial.size());
    }
}

TEST(SignedFile, SignerVersionAndPaddingMayStandInTheHeader) {
    const auto file = header_of({element(28, {"\x01\x01", 2}), identity, algorithms, signature, name, {13, 13, 13}});
    const auto parsed = SignedFile::parse(file);
    CHECK(ok(parsed));
    CHECK(parsed->signer_version == Version(1, 1));
}

TEST(SignedFile, AnEncryptedConfigurationsElementsAreLeftAsTheyAre) {
    const auto file = header_of({identity, algorithms, signature, name, element(16, "not looked into"), element(27, "hash")});
    const auto parsed = SignedFile::parse(file);
    CHECK(ok(parsed));
    CHECK(parsed->encrypted);
}

TEST(SignedFile, WhatIsMissingTwiceUnknownOrMisplacedIsRefused) {
    CHECK(ok(SignedFile::parse(header_of({identity, algorithms, signature, name}))));
    CHECK(!ok(SignedFile::parse(header_of({algorithms, signature, name}))));
    CHECK(!ok(SignedFile::parse(header_of({identity, signature, name}))));
    CHECK(!ok(SignedFile::parse(header_of({identity, algorithms, name}))));
    CHECK(!ok(SignedFile::parse(header_of({identity, algorithms, signature}))));
    CHECK(!ok(SignedFile::parse(header_of({identity, algorithms, signature, name, name}))));
    CHECK(!ok(SignedFile::parse(header_of({identity, algorithms, signature, name, element(29, "?")}))));
    CHECK(!ok(SignedFile::parse(header_of({signer_id({subject, serial, issuer, name}), algorithms, signature}))));
    CHECK(!ok(SignedFile::parse(header_of({signer_id({subject, serial}), issuer, algorithms, signature, name}))));
    CHECK(!ok(SignedFile::parse(header_of({signer_id({subject, serial, issuer, signature}), algorithms, name}))));
}

TEST(SignedFile, CodesThatDoNotFitAreRefused) {
    const auto with = [](std::string_view info) {
        return static_cast<bool>(SignedFile::parse(header_of({identity, element(7, info), signature, name})));
    };
    CHECK(with({"\x08\x00\x01\x03\x09\x00\x08\x0a\x00\x01\x00\x0b\x00\x01\x01", 15}));
    CHECK(!with({"\x08\x00\x01\x00\x09\x00\x08\x0a\x00\x01\x00\x0b\x00\x01\x01", 15}));  // digest 0
    CHECK(!with({"\x08\x00\x01\x04\x09\x00\x08\x0a\x00\x01\x00\x0b\x00\x01\x01", 15}));  // digest 4
    CHECK(!with({"\x08\x00\x01\x01\x09\x00\x08\x0a\x00\x01\x01\x0b\x00\x01\x01", 15}));  // algorithm 1
    CHECK(!with({"\x08\x00\x01\x01\x09\x00\x08\x0a\x00\x01\x00\x0b\x00\x01\x02", 15}));  // 2048 bit, 128 bytes
    CHECK(!with({"\x08\x00\x01\x01\x09\x00\x08\x0a\x00\x01\x00\x0b\x00\x01\x04", 15}));  // modulus 4
}

TEST(SignedFile, LengthsThatReachOutsideAreRefused) {
    auto file = header_of({identity, algorithms, signature, name});
    for (const std::size_t at : {std::size_t{11}, std::size_t{14}}) {  // SIGNERID's and SIGNERNAME's lengths
        auto hostile = file;
        write_u16(hostile, at, 0xffff);
        CHECK(!ok(SignedFile::parse(hostile)));
    }
    for (const unsigned size : {0U, 9U, 10U, 0xffffU}) {
        auto hostile = file;
        write_u16(hostile, 8, static_cast<std::uint16_t>(size));
        CHECK(!ok(SignedFile::parse(hostile)));
    }
}

TEST(SignedFile, ANulInsideATextIsRefused) {
    CHECK(!ok(SignedFile::parse(header_of({identity, algorithms, signature, element(14, {"a\0b\0", 4})}))));
}

TEST(SignedFile, TheSignerIsFoundByNumberAndIssuer) {
    const SignerId id{"", "CN=a;O=Example", {0, 0x12, 0x34}};
    const Bytes number{0x12, 0x34};
    CHECK(names(id, number, "O=Example, CN=A"));
    CHECK(!names(id, number, "CN=a;O=Sample"));
    CHECK(!names(id, Bytes{0x12, 0x35}, "CN=a;O=Example"));
}
