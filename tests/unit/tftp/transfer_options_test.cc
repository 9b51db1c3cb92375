#include "tftpd/tftp/transfer_options.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;

namespace {

/// The OACK as "name=value name=value".
std::string oack(const OptionList& asked, std::optional<std::uint64_t> file_size = 1000, const OptionLimits& limits = {}) {
    std::string text;
    for (const auto& [name, value] : negotiate(asked, file_size, limits).acknowledged) {
        text += (text.empty() ? "" : " ") + name + "=" + value;
    }
    return text;
}

}  // namespace

TEST_GROUP(TransferOptions){};

TEST(TransferOptions, NoOptionMeansPlainTransferAndNoOack) {
    const auto result = negotiate({}, 1000, {});
    CHECK(result.acknowledged.empty());
    CHECK_EQUAL(512, result.options.block_size);
    CHECK_EQUAL(1, result.options.window_size);
    CHECK_EQUAL(0, result.options.timeout.count());
    CHECK_FALSE(result.options.file_size.has_value());
}

TEST(TransferOptions, BlockSizeIsTakenWithinRfc2348) {
    CHECK_EQUAL(std::string("blksize=8"), oack({{"blksize", "8"}}));
    CHECK_EQUAL(std::string("blksize=65464"), oack({{"blksize", "65464"}}));
    CHECK_EQUAL(65464, negotiate({{"blksize", "65464"}}, 1, {}).options.block_size);
}

TEST(TransferOptions, IllegalValuesAreNeverEchoed) {
    for (const auto* value : {"7", "65465", "-5", "0", "", "+512", " 512", "512 ", "5x", "0x200", "99999999999999999999999"}) {
        CHECK_EQUAL(std::string(), oack({{"blksize", value}}));
        CHECK_EQUAL(512, negotiate({{"blksize", value}}, 1, {}).options.block_size);
    }
    for (const auto* value : {"0", "65536", "-1", "", "x"}) {
        CHECK_EQUAL(std::string(), oack({{"windowsize", value}}));
    }
    for (const auto* value : {"0", "256", "-1", "", "1.5"}) {
        CHECK_EQUAL(std::string(), oack({{"timeout", value}}));
    }
    for (const auto* value : {"-1", "", "x", "99999999999999999999999"}) {
        CHECK_EQUAL(std::string(), oack({{"tsize", value}}));
    }
}

TEST(TransferOptions, ABadOptionDoesNotSpoilTheOthers) {
    CHECK_EQUAL(std::string("tsize=1000 timeout=3"), oack({{"blksize", "-5"}, {"tsize", "0"}, {"timeout", "3"}}));
}

TEST(TransferOptions, UnknownOptionsAreLeftOut) {
    CHECK_EQUAL(std::string(), oack({{"x-branchline", "1"}, {"multicast", ""}, {"blksize2", "1024"}, {"utimeout", "5"}}));
}

TEST(TransferOptions, OnlyWhatWasAskedForIsAcknowledged) {
    CHECK_EQUAL(std::string("windowsize=4"), oack({{"windowsize", "4"}}));
}

TEST(TransferOptions, NamesAreTakenInAnyCaseAndGivenBackAsTheyCame) {
    CHECK_EQUAL(std::string("BLKSIZE=1024 Tsize=1000"), oack({{"BLKSIZE", "1024"}, {"Tsize", "0"}}));
}

TEST(TransferOptions, TimeoutComesBackAsItIsOrNotAtAll) {
    CHECK_EQUAL(std::string("timeout=1"), oack({{"timeout", "1"}}));
    CHECK_EQUAL(std::string("timeout=255"), oack({{"timeout", "255"}}));
    CHECK_EQUAL(255, negotiate({{"timeout", "255"}}, 1, {}).options.timeout.count());
}

TEST(TransferOptions, TsizeOfAZeroLengthFileIsZero) {
    CHECK_EQUAL(std::string("tsize=0"), oack({{"tsize", "0"}}, 0));
}

TEST(TransferOptions, TsizeIsLeftOutWhileTheSizeIsUnknown) {
    CHECK_EQUAL(std::string(), oack({{"tsize", "0"}}, std::nullopt));
}

TEST(TransferOptions, BlockSizeIsCutToTheServersOwnLimit) {
    OptionLimits limits;
    limits.max_block_size = 1428;
    CHECK_EQUAL(std::string("blksize=1428"), oack({{"blksize", "8192"}}, 1, limits));
    CHECK_EQUAL(std::string("blksize=1427"), oack({{"blksize", "1427"}}, 1, limits));
}

TEST(TransferOptions, TheWindowIsCutToTheBytesInFlight) {
    CHECK_EQUAL(std::string("windowsize=64 blksize=1024"), oack({{"windowsize", "64"}, {"blksize", "1024"}}));
    CHECK_EQUAL(std::string("windowsize=64 blksize=1024"), oack({{"windowsize", "65"}, {"blksize", "1024"}}));
    CHECK_EQUAL(std::string("windowsize=128"), oack({{"windowsize", "65535"}}));
    CHECK_EQUAL(std::string("blksize=65464 windowsize=1"), oack({{"blksize", "65464"}, {"windowsize", "65535"}}));
}

TEST(TransferOptions, TheWindowIsCutInBlocksTooWhenTheyAreTiny) {
    CHECK_EQUAL(std::string("blksize=8 windowsize=256"), oack({{"blksize", "8"}, {"windowsize", "65535"}}));
}

TEST(TransferOptions, AWindowOfOneIsLeftWhateverTheLimits) {
    OptionLimits limits;
    limits.max_window_bytes = 0;
    CHECK_EQUAL(std::string("windowsize=1"), oack({{"windowsize", "9"}}, 1, limits));
}
