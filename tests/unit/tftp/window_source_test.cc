#include "tftpd/tftp/window_source.h"

#include "tests/unit/tftp/pattern_source.h"

#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;

TEST_GROUP(WindowSource) {
    static constexpr std::uint16_t block = 100;
    TransferOptions options = windows_of(4);
    WindowBytes bytes;
    std::shared_ptr<PatternSource> file = std::make_shared<PatternSource>(1050);

    static TransferOptions windows_of(std::uint16_t blocks) {
        TransferOptions agreed;
        agreed.block_size = block;
        agreed.window_size = blocks;
        return agreed;
    }
    std::shared_ptr<const BlockSource> windows() {
        return by_windows(file, options, bytes);
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
        LONGS_EQUAL(1 + offset / (4 * block), file->reads());
    }
    gives(*source, 1000, 50);
    LONGS_EQUAL(3, file->reads());
}

TEST(WindowSource, AFileOfWholeWindowsEndsWithAnEmptyBlock) {
    file = std::make_shared<PatternSource>(400);
    const auto source = windows();
    gives(*source, 300, block);
    gives(*source, 400, 0);
    LONGS_EQUAL(1, file->reads());
    gives(*source, 0, block);
    gives(*source, 400, 0);
}

TEST(WindowSource, BlocksSentAgainAreReadFromWhereTheyBegin) {
    const auto source = windows();
    gives(*source, 0, block);
    gives(*source, 300, block);
    gives(*source, 200, block);
    LONGS_EQUAL(1, file->reads());
    gives(*source, 400, block);
    gives(*source, 200, block);  // before what is held
    gives(*source, 500, block);
    LONGS_EQUAL(3, file->reads());
}

TEST(WindowSource, TransfersThatShareTheBytesDoNotMixThem) {
    const auto other_file = std::make_shared<PatternSource>(700);
    const auto source = windows();
    const auto other = by_windows(other_file, options, bytes);
    gives(*source, 0, block);
    gives(*other, 600, block);
    gives(*other, 700, 0);
    gives(*source, 100, block);
    gives(*source, 700, block);
    LONGS_EQUAL(3, file->reads());
}

TEST(WindowSource, AWindowOfOneBlockIsReadAsItIs) {
    CHECK(by_windows(file, windows_of(1), bytes) == file);
}

TEST(WindowSource, NothingIsHeldOnceForgotten) {
    const auto source = windows();
    gives(*source, 0, block);
    bytes.forget();
    gives(*source, 100, block);
    LONGS_EQUAL(2, file->reads());
}

TEST(WindowSource, WhatHasArrivedIsGivenBeforeTheWindowIsWhole) {
    file->set_available(250);
    const auto source = windows();
    gives(*source, 0, block);
    gives(*source, 100, block);
    CHECK(state(*source, 200) == BlockRead::State::pending);
    file->set_available(1050);
    gives(*source, 200, block);
}

TEST(WindowSource, AFileThatFailsFailsAtTheNextWindow) {
    const auto source = windows();
    gives(*source, 0, block);
    file->fail();
    CHECK(state(*source, 400) == BlockRead::State::failed);
    CHECK(state(*source, 0) == BlockRead::State::failed);
}
