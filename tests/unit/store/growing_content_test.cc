#include "tftpd/store/growing_content.h"

#include "tests/unit/store/support.h"

#include <string>
#include <thread>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::bytes_of;
using branchline::test::text_of;

namespace {

class ScratchSpace final : public SpillSpace {
public:
    std::shared_ptr<TemporaryFile> make_file() override {
        ++asked;
        return broken ? nullptr : TemporaryFile::create(scratch.path() / std::to_string(asked));
    }
    test::Scratch scratch;
    bool broken = false;
    int asked = 0;
};

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>(i * 7 + i / 251);
    }
    return text;
}

using State = tftp::BlockRead::State;

}  // namespace

TEST_GROUP(GrowingContent) {
    std::shared_ptr<ScratchSpace> space = std::make_shared<ScratchSpace>();

    std::shared_ptr<GrowingContent> make(std::optional<std::uint64_t> size) {
        return std::make_shared<GrowingContent>(size, space);
    }
    static bool append(GrowingContent & content, const std::string& text) {
        return content.append(bytes_of(text));
    }
    static State state(const Content& content, std::uint64_t offset, std::size_t size) {
        Bytes block(size);
        return content.read(offset, block).state;
    }
};

TEST(GrowingContent, TheWriterSeesAllThatHasArrivedBeforeTheEnd) {
    GrowingContent content(5, space);
    CHECK(content.append(bytes_of("hello")));
    CHECK(content.arrived(5) == bytes_of("hello"));
    CHECK_FALSE(content.arrived(4).has_value());
}

TEST(GrowingContent, BytesThatAreThereCanBeReadAndTheRestIsPending) {
    auto content = make(std::nullopt);
    CHECK(append(*content, "abcdef"));
    CHECK(state(*content, 0, 6) == State::ok);
    CHECK(state(*content, 0, 7) == State::pending);
    CHECK(state(*content, 7, 1) == State::pending);
}

TEST(GrowingContent, LastBlockIsOnlyGivenOutAfterFinish) {
    auto content = make(6);
    CHECK(append(*content, "abcdef"));
    CHECK(state(*content, 4, 4) == State::pending);
    CHECK(content->finish());
    CHECK_EQUAL(std::string("abcdef"), text_of(*content, 4));
    CHECK_EQUAL(6u, *content->size());
    CHECK(state(*content, 100, 4) == State::ok);
}

TEST(GrowingContent, NothingIsGivenOutAfterFail) {
    auto content = make(6);
    append(*content, "abc");
    content->fail();
    CHECK(state(*content, 0, 1) == State::failed);
    CHECK(!append(*content, "d"));
    CHECK(!content->finish());
}

TEST(GrowingContent, SizeIsKnownWhenAnnouncedOrAtTheEnd) {
    CHECK_EQUAL(6u, *make(6)->size());
    auto content = make(std::nullopt);
    CHECK(!content->size());
    append(*content, "abc");
    content->finish();
    CHECK_EQUAL(3u, *content->size());
}

TEST(GrowingContent, LessOrMoreThanAnnouncedFails) {
    auto small = make(4);
    append(*small, "abc");
    CHECK(!small->finish());
    CHECK(small->failed());
    auto large = make(4);
    CHECK(append(*large, "abcd"));
    CHECK(!append(*large, "e"));
    CHECK(large->failed());
}

TEST(GrowingContent, LargeContentGoesToAFileAndReadsTheSame) {
    const auto text = pattern(GrowingContent::max_in_memory + 5000);
    auto content = make(text.size());
    for (std::size_t at = 0; at < text.size(); at += 1000) {
        CHECK(append(*content, text.substr(at, 1000)));
    }
    CHECK_EQUAL(1, space->asked);
    CHECK_EQUAL(0u, space->used());
    CHECK(content->finish());
    CHECK(content->file() != nullptr);
    CHECK(text == text_of(*content, 1428));
}

TEST(GrowingContent, ContentOfTheLargestSizeInMemoryNeedsNoFile) {
    const auto text = pattern(GrowingContent::max_in_memory);
    auto content = make(std::nullopt);
    CHECK(append(*content, text));
    CHECK_EQUAL(0, space->asked);
    CHECK_EQUAL(text.size(), space->used());
    CHECK(append(*content, "x"));
    CHECK_EQUAL(1, space->asked);
}

TEST(GrowingContent, WithoutADiskItStaysInMemory) {
    space->broken = true;
    const auto text = pattern(GrowingContent::max_in_memory + 5000);
    auto content = make(std::nullopt);
    for (std::size_t at = 0; at < text.size(); at += 1000) {
        CHECK(append(*content, text.substr(at, 1000)));
    }
    CHECK_EQUAL(1, space->asked);  // not asked for again and again
    CHECK(content->finish());
    CHECK(content->file() == nullptr);
    CHECK(text == text_of(*content, 1428));
    content.reset();
    CHECK_EQUAL(0u, space->used());
}

TEST(GrowingContent, DiskThatFillsUpInTheMiddleIsNotNoticed) {
    const auto text = pattern(GrowingContent::max_in_memory + 500'000);
    auto content = make(text.size());
    {
        const test::FileSizeLimit full(GrowingContent::max_in_memory + 100'000);
        for (std::size_t at = 0; at < text.size(); at += 1000) {
            CHECK(append(*content, text.substr(at, 1000)));
        }
    }
    CHECK(space->used() > 0);
    CHECK(content->finish());
    CHECK(content->file() == nullptr);  // not all of it: nothing to keep in the cache
    CHECK(text == text_of(*content, 1428));
}

TEST(GrowingContent, MemoryOfAllTogetherIsBounded) {
    space->broken = true;
    CHECK(space->reserve(SpillSpace::max_memory - 10));
    auto content = make(std::nullopt);
    CHECK(append(*content, "0123456789"));
    CHECK(!append(*content, "x"));
    CHECK(content->failed());
    space->release(SpillSpace::max_memory - 10);
}

TEST(GrowingContent, RestartWithTheSameBytesGoesOn) {
    auto content = make(8);
    append(*content, "abcd");
    CHECK(content->restart(8));
    CHECK(append(*content, "ab"));
    CHECK(state(*content, 0, 4) == State::ok);
    CHECK(append(*content, "cdef"));
    CHECK(append(*content, "gh"));
    CHECK(content->finish());
    CHECK_EQUAL(std::string("abcdefgh"), text_of(*content, 3));
}

TEST(GrowingContent, RestartWithOtherBytesFails) {
    auto content = make(std::nullopt);
    append(*content, "abcd");
    CHECK(content->restart(std::nullopt));
    CHECK(append(*content, "ab"));
    CHECK(!append(*content, "cX"));
    CHECK(state(*content, 0, 1) == State::failed);
}

TEST(GrowingContent, RestartThatEndsEarlyOrHasAnotherSizeFails) {
    auto cut = make(std::nullopt);
    append(*cut, "abcd");
    CHECK(cut->restart(std::nullopt));
    append(*cut, "abc");
    CHECK(!cut->finish());
    auto other = make(8);
    append(*other, "abcd");
    CHECK(!other->restart(9));
    CHECK(other->failed());
    auto shorter = make(std::nullopt);
    append(*shorter, "abcd");
    CHECK(!shorter->restart(3));
    CHECK(shorter->failed());
}

TEST(GrowingContent, RestartIsComparedAcrossTheFileToo) {
    const auto text = pattern(GrowingContent::max_in_memory + 5000);
    auto content = make(text.size());
    append(*content, text.substr(0, text.size() - 100));
    CHECK(content->restart(text.size()));
    CHECK(append(*content, text));
    CHECK(content->finish());
    CHECK(text == text_of(*content, 1428));
    auto differs = make(std::nullopt);
    append(*differs, text);
    CHECK(differs->restart(std::nullopt));
    auto other = text;
    other[other.size() - 1] ^= 1;
    CHECK(!append(*differs, other));
}

TEST(GrowingContent, PokeComesOnceWhenThereIsMore) {
    auto content = make(std::nullopt);
    int pokes = 0;
    CHECK(state(*content, 0, 4) == State::pending);
    content->when_more([&] { ++pokes; });
    CHECK_EQUAL(0, pokes);
    append(*content, "ab");
    append(*content, "cd");
    CHECK_EQUAL(1, pokes);
}

TEST(GrowingContent, PokeComesAtOnceAfterTheEnd) {
    int pokes = 0;
    auto good = make(std::nullopt);
    good->when_more([&] { ++pokes; });
    good->finish();
    CHECK_EQUAL(1, pokes);
    good->when_more([&] { ++pokes; });
    CHECK_EQUAL(2, pokes);
    auto bad = make(std::nullopt);
    bad->when_more([&] { ++pokes; });
    bad->fail();
    CHECK_EQUAL(3, pokes);
}

TEST(GrowingContent, WhatCameBetweenThePendingReadAndTheWishIsNotMissed) {
    auto content = make(std::nullopt);
    int pokes = 0;
    CHECK(state(*content, 0, 4) == State::pending);
    append(*content, "abcd");
    content->when_more([&] { ++pokes; });
    CHECK_EQUAL(1, pokes);
    CHECK(state(*content, 4, 4) == State::pending);
    content->when_more([&] { ++pokes; });
    CHECK_EQUAL(1, pokes);
}

TEST(GrowingContent, RestartedBytesThatAreKnownDoNotPoke) {
    auto content = make(std::nullopt);
    int pokes = 0;
    append(*content, "abcd");
    CHECK(content->restart(std::nullopt));
    CHECK(state(*content, 4, 1) == State::pending);
    content->when_more([&] { ++pokes; });
    append(*content, "abcd");
    CHECK_EQUAL(0, pokes);
    append(*content, "e");
    CHECK_EQUAL(1, pokes);
}

TEST(GrowingContent, ReadersOnOtherThreadsGetTheWholeFile) {
    const auto text = pattern(GrowingContent::max_in_memory + 300'000);
    auto content = make(std::nullopt);
    std::vector<std::string> got(3);
    std::vector<std::thread> readers;
    for (auto& mine : got) {
        readers.emplace_back([&mine, content] {
            std::mutex mutex;
            std::condition_variable wake;
            bool poked = false;
            Bytes block(1000);
            for (;;) {
                const auto read = content->read(mine.size(), block);
                if (read.state == State::failed) {
                    return;
                }
                if (read.state == State::ok) {
                    mine.append(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(read.bytes));
                    if (read.bytes < block.size()) {
                        return;
                    }
                    continue;
                }
                std::unique_lock lock(mutex);
                poked = false;
                lock.unlock();
                content->when_more([&] {
                    const std::scoped_lock inside(mutex);
                    poked = true;
                    wake.notify_one();
                });
                lock.lock();
                wake.wait(lock, [&] { return poked; });
            }
        });
    }
    for (std::size_t at = 0; at < text.size(); at += 700) {
        append(*content, text.substr(at, 700));
    }
    content->finish();
    for (auto& reader : readers) {
        reader.join();
    }
    for (const auto& mine : got) {
        CHECK(text == mine);
    }
}
