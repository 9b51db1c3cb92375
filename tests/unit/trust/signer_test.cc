#include "tftpd/trust/signer.h"

#include "tests/unit/trust/samples.h"
#include "tftpd/trust/signed_file.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(Signer){};

TEST(Signer, ElementsStandInCiscosOrder) {
    const auto file = samples::signed_sample(samples::alice());
    std::string order;
    for (std::size_t at = 0; at < SignedFile::parse(file)->header_size && file[at] != 13;) {
        const auto tag = file[at];
        order += std::to_string(tag) + ' ';
        const bool container = tag == 3 || tag == 7 || tag == 9;
        at += 3 + (container ? 0 : read_u16(file, at + 1));
    }
    CHECK_EQUAL(std::string("1 2 3 4 5 6 7 8 9 10 11 12 14 15 "), order);
}

TEST(Signer, SizesWithoutACodeAreRefused) {
    for (const unsigned bits : {1024U, 2048U, 4096U}) {
        CHECK(ok(check_signing_bits(bits)));
    }
    for (const unsigned bits : {512U, 3072U, 8192U}) {
        CHECK(!ok(check_signing_bits(bits)));
        CHECK(!ok(SigningKey::generate(bits)));
    }
    STRCMP_CONTAINS("1024, 2048 and 4096", check_signing_bits(3072).error().text.c_str());
}

TEST(Signer, AnotherKeysSignatureSizeIsRefused) {
    class Liar final : public Signer {
    public:
        [[nodiscard]] const Certificate& certificate() const override { return samples::alice().certificate(); }
        [[nodiscard]] Result<Bytes> sign(Digest, ByteView) const override { return Bytes(256); }
    };
    CHECK(!ok(sign_file(Liar(), {.file_name = "a.sgn", .time = samples::noon}, {})));
}
