#include "tftpd/store/cache_index.h"

#include "tests/unit/store/support.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

CacheItem item(const std::string& key, std::uint64_t size = 0, std::uint64_t generation = 1) {
    CacheItem made;
    made.key = made.name = key;
    made.cluster = "a";
    made.size = size;
    made.generation = generation;
    return made;
}

ContentPtr content(const std::string& text) {
    return std::make_shared<MemoryContent>(test::bytes_of(text));
}

}  // namespace

TEST_GROUP(CacheIndex) {
    CacheIndex index{1000, 3};
};

TEST(CacheIndex, NumberIsBoundedAndTheOneUsedLongestAgoGoes) {
    index.put(item("a"));
    index.put(item("b"));
    index.put(item("c"));
    CHECK(index.evict(1u << 20).empty());
    index.used(*index.find("a"));
    index.put(item("d"));
    const auto gone = index.evict(1u << 20);
    CHECK_EQUAL(1u, gone.size());
    CHECK_EQUAL(std::string("b"), gone[0]);
}

TEST(CacheIndex, BytesCountTheRecordToo) {
    index.put(item("a", 100));
    index.put(item("b", 100));
    const auto both = 2 * (100 + CacheRecord::size_on_disk);
    CHECK_EQUAL(both, index.bytes());
    CHECK(index.evict(both).empty());
    CHECK_EQUAL(1u, index.evict(both - 1).size());
    CHECK(index.find("b") != nullptr);
}

TEST(CacheIndex, NewestStaysEvenIfItAloneIsTooLarge) {
    index.put(item("a", 100));
    CHECK(index.evict(1).empty());
}

TEST(CacheIndex, ReplacingCountsOnceAndKeepsWhatIsOnDiskOfTheSameCluster) {
    index.put(item("a", 100)).digest_on_disk = Sha256{1};
    CHECK(index.put(item("a", 50, 2)).digest_on_disk == Sha256{1});
    CHECK_EQUAL(50 + CacheRecord::size_on_disk, index.bytes());
    auto moved = item("a", 50, 3);
    moved.cluster = "b";
    CHECK(!index.put(std::move(moved)).digest_on_disk);
}

TEST(CacheIndex, GenerationTellsCopiesApart) {
    index.put(item("a", 0, 7));
    CHECK(index.find("a", 7) != nullptr);
    CHECK(index.find("a", 6) == nullptr);
}

TEST(CacheIndex, ScannedItemNeverReplacesAFetchedOne) {
    index.put(item("a", 1, 7));
    index.put_last(item("a", 2, 8));
    CHECK_EQUAL(7u, index.find("a")->generation);
}

TEST(CacheIndex, ReplacedItemsBytesAreNotAtHand) {
    auto& first = index.put(item("a", 3));
    index.keep_in_memory(first, content("old"));
    CHECK(index.at_hand(first) != nullptr);
    CHECK(index.at_hand(index.put(item("a", 3, 2))) == nullptr);
}

TEST(CacheIndex, PinnedAndOpenContentIsAtHand) {
    auto& made = index.put(item("a", 3));
    made.pinned = content("abc");
    CHECK(index.at_hand(made) == made.pinned);
    const auto held = content("abc");
    made.pinned = nullptr;
    made.open = held;
    CHECK(index.at_hand(made) == held);
}
