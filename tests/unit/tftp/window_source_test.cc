#include "tftpd/tftp/window_source.h"

#include "tests/unit/tftp/pattern_source.h"

#include <memory>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;

namespace {

/// Counts how often it is read.
class CountedSource final : public BlockSource {
public:
    explicit CountedSource(std::uint64_t size) : pattern(size) {}
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return pattern.size(); }
    [[nodiscard]] BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        ++reads;
        return pattern.read(offset, into);
    }
    PatternSource pattern;
    mutable int reads = 0;
};

}  // namespace

TEST_GROUP(WindowSource) {
    static constexpr std::size_t block = 100;
    WindowBytes bytes;
    std::shared_ptr<CountedSource> file = std::make_shared<CountedSource>(1050);

    std::shared_ptr<const BlockSource> windows(std::size_t blocks = 4) {
        return by_windows(file, blocks * block, bytes);
    }
    /// Checks that the block at this offset has so many bytes, the right ones.
    void gives(const BlockSource& source, std::uint64_t offset, std::size_t expected) {
        Bytes into(block, 0xee);
        const auto got = source.read(offset, into);
        CHECK(got.state == BlockRead::State::ok);
        LONGS_EQUAL(expected, got.bytes);
        for (std::size_t at = 0; at < got.bytes; ++at) {
            LONGS_EQUAL(pattern_byte(offset + at), into[at]);
        }
    }
    BlockRead::State state(const BlockSource& source, std::uint64_t offset) {
        Bytes into(block);
        return source.read(offset, into).state;
    }
};

TEST(WindowSource, ItHasTheSizeOfTheFile) {
    LONGS_EQUAL(1050, *windows()->size());
}

TEST(WindowSource, AWindowIsReadAtOnceAndTheLastOneEndsWithTheFile) {
    const auto source = windows();
    for (std::uint64_t offset = 0; offset < 1000; offset += block) {
        gives(*source, offset, block);
        LONGS_EQUAL(1 + offset / (4 * block), file->reads);
    }
    gives(*source, 1000, 50);
    LONGS_EQUAL(3, file->reads);
}

TEST(WindowSource, AFileOfWholeWindowsEndsWithAnEmptyBlock) {
    file = std::make_shared<CountedSource>(400);
    const auto source = windows();
    gives(*source, 300, block);
    gives(*source, 400, 0);
    LONGS_EQUAL(1, file->reads);
    gives(*source, 0, block);
    gives(*source, 400, 0);
}

TEST(WindowSource, BlocksSentAgainAreReadFromWhereTheyBegin) {
    const auto source = windows();
    gives(*source, 0, block);
    gives(*source, 300, block);
    gives(*source, 200, block);
    LONGS_EQUAL(1, file->reads);
    gives(*source, 400, block);
    gives(*source, 200, block);  // before what is held
    gives(*source, 500, block);
    LONGS_EQUAL(3, file->reads);
}

TEST(WindowSource, TransfersThatShareTheBytesDoNotMixThem) {
    const auto other_file = std::make_shared<CountedSource>(700);
    const auto source = windows();
    const auto other = by_windows(other_file, 4 * block, bytes);
    gives(*source, 0, block);
    gives(*other, 600, block);
    gives(*other, 700, 0);
    gives(*source, 100, block);
    gives(*source, 700, block);
    LONGS_EQUAL(3, file->reads);
}

TEST(WindowSource, NothingIsHeldOnceForgotten) {
    const auto source = windows();
    gives(*source, 0, block);
    bytes.forget();
    gives(*source, 100, block);
    LONGS_EQUAL(2, file->reads);
}

TEST(WindowSource, WhatHasArrivedIsGivenBeforeTheWindowIsWhole) {
    file->pattern.set_available(250);
    const auto source = windows();
    gives(*source, 0, block);
    gives(*source, 100, block);
    CHECK(state(*source, 200) == BlockRead::State::pending);
    file->pattern.set_available(1050);
    gives(*source, 200, block);
}

TEST(WindowSource, AFileThatFailsFailsAtTheNextWindow) {
    const auto source = windows();
    gives(*source, 0, block);
    file->pattern.fail();
    CHECK(state(*source, 400) == BlockRead::State::failed);
    CHECK(state(*source, 0) == BlockRead::State::failed);
}
