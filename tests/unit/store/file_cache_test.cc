#include "tftpd/store/file_cache.h"

#include "tests/unit/store/support.h"
#include "tftpd/base/counters.h"
#include "tftpd/store/cache_record.h"

#include <future>
#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::bytes_of;
using branchline::test::name_of;
using branchline::test::text_of;
using namespace std::chrono_literals;

namespace {

constexpr auto config_name = "SEP001122334455.cnf.xml";
constexpr auto common_name = "ringlist.xml";

}  // namespace

TEST_GROUP(FileCache) {
    test::Scratch scratch;
    CacheSettings settings;
    // Read by the cache's threads, and only changed while these are at rest.
    TimePoint steady{1000h};
    std::int64_t wall = 1'700'000'000;
    std::unique_ptr<FileCache> cache;

    void setup() override {
        settings.path = scratch.path() / "cache";
        start();
    }
    void teardown() override {
        cache.reset();
    }

    void start() {
        cache.reset();
        cache = std::make_unique<FileCache>(settings, std::set<std::string>{"a", "b"},
                                            FileCache::Clocks{[this] { return steady; }, [this] { return wall; }});
        cache->settle();
    }
    void pass(std::chrono::seconds time) {
        cache->settle();
        steady += time;
        wall += time.count();
    }
    void put(const std::string& name, const std::string& text, const std::string& cluster = "a") {
        cache->put(name_of(name), cluster, std::make_shared<MemoryContent>(bytes_of(text)));
        cache->settle();
    }
    std::shared_ptr<GrowingContent> put_large(const std::string& name, const std::string& text) {
        auto content = std::make_shared<GrowingContent>(text.size(), cache->spill_space());
        content->append(bytes_of(text));
        content->finish();
        cache->put(name_of(name), "a", content);
        cache->settle();
        return content;
    }
    std::optional<FileCache::Found> look(const std::string& name) {
        std::promise<std::optional<FileCache::Found>> answer;
        cache->lookup(name_of(name), [&](std::optional<FileCache::Found> found) { answer.set_value(std::move(found)); });
        return answer.get_future().get();
    }
    std::string get(const std::string& name) {
        const auto found = look(name);
        return found ? text_of(*found->content, 65464) : "NONE";
    }
    bool fresh(const std::string& name) {
        const auto found = look(name);
        return found && found->fresh;
    }
    std::filesystem::path file_of(const std::string& name) {
        return settings.path / CacheRecord::file_name(to_key(name));
    }
    std::size_t files() {
        std::size_t count = 0;
        std::error_code ignored;
        for (auto at = std::filesystem::directory_iterator(settings.path, ignored); at != std::filesystem::directory_iterator();
             ++at) {
            ++count;
        }
        return count;
    }
    void flip_byte(const std::string& name, std::streamoff at) {
        std::fstream file(file_of(name), std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(at);
        const auto byte = static_cast<char>(file.get() ^ 1);
        file.seekp(at);
        file.put(byte);
    }
};

TEST(FileCache, CopyIsServedFromMemoryAtOnceAndInAnyCase) {
    put(config_name, "text");
    const auto found = cache->fresh_in_memory(name_of("sep001122334455.CNF.xml"));
    CHECK(found.has_value());
    CHECK_EQUAL(std::string("text"), text_of(*found->content));
    CHECK_EQUAL(std::string("a"), found->cluster);
    CHECK_EQUAL(std::string("NONE"), get("other"));
}

TEST(FileCache, ConfigurationIsFreshForItsShortLifetime) {
    put(config_name, "text");
    put("ITLFile.tlv", "list");
    pass(settings.config_lifetime - 1s);
    CHECK(fresh(config_name));
    CHECK(fresh("ITLFile.tlv"));
    pass(1s);
    CHECK(!fresh(config_name));
    CHECK(!fresh("ITLFile.tlv"));
    CHECK(!cache->fresh_in_memory(name_of(config_name)));
    CHECK_EQUAL(std::string("text"), get(config_name));  // the last good copy
}

TEST(FileCache, CommonFileIsFreshForTheLongLifetime) {
    put(common_name, "text");
    pass(settings.valid_lifetime - 1s);
    CHECK(fresh(common_name));
    pass(1s);
    CHECK(!fresh(common_name));
}

TEST(FileCache, SurvivesARestart) {
    put(config_name, "text");
    put("empty.tlv", "");
    const std::string large(FileCache::max_file_in_memory + 1, 'x');
    put_large("firmware.loads", large);
    start();
    CHECK_EQUAL(std::string("text"), get(config_name));
    CHECK_EQUAL(std::string(""), get("empty.tlv"));
    CHECK(large == get("firmware.loads"));
    CHECK_EQUAL(std::string("a"), look(config_name)->cluster);
    CHECK_EQUAL(3u, cache->list().size());
}

TEST(FileCache, AgeGoesOnOverARestartByTheWallClock) {
    put(common_name, "text");
    pass(1000s);
    steady = TimePoint{5s};  // another boot: the steady clock starts again
    start();
    CHECK(fresh(common_name));
    CHECK_EQUAL(1000, cache->list()[0].age.count());
    pass(799s);
    CHECK(fresh(common_name));
    pass(1s);
    CHECK(!fresh(common_name));
}

TEST(FileCache, WallClockThatWentBackMakesCopiesOldNotFresh) {
    put(common_name, "text");
    wall -= 10;
    start();
    CHECK(!fresh(common_name));
    CHECK_EQUAL(std::string("text"), get(common_name));
}

TEST(FileCache, WallClockJumpsOfTenYearsDoNotTouchCopiesOfThisRun) {
    put(common_name, "text");
    wall += 10 * 365 * 86400LL;
    CHECK(fresh(common_name));
    wall -= 20 * 365 * 86400LL;
    CHECK(fresh(common_name));
    start();
    CHECK(!fresh(common_name));
    wall += 40 * 365 * 86400LL;
    start();
    CHECK(!fresh(common_name));
}

TEST(FileCache, ChangedByteIsNeverServed) {
    put(config_name, "text");
    put(common_name, "other");
    start();
    flip_byte(config_name, static_cast<std::streamoff>(CacheRecord::size_on_disk) + 2);
    const auto corrupt = counters.get(Counter::cache_corrupt);
    CHECK_EQUAL(std::string("NONE"), get(config_name));
    CHECK_EQUAL(corrupt + 1, counters.get(Counter::cache_corrupt));
    cache->settle();
    CHECK(!std::filesystem::exists(file_of(config_name)));
    CHECK_EQUAL(std::string("other"), get(common_name));
}

TEST(FileCache, ChangedByteInALargeFileIsNeverServed) {
    const std::string large(FileCache::max_file_in_memory + 100, 'x');
    put_large("firmware.loads", large);
    start();
    // Older than the time stamps' resolution, or it would be checked again at every lookup anyway: no clock can be set for
    // that.
    const timespec pause{0, 60'000'000};
    ::nanosleep(&pause, nullptr);
    CHECK(large == get("firmware.loads"));
    cache->settle();  // nobody holds it any more
    flip_byte("firmware.loads", static_cast<std::streamoff>(CacheRecord::size_on_disk + large.size() - 1));
    CHECK_EQUAL(std::string("NONE"), get("firmware.loads"));
}

TEST(FileCache, DamagedRecordAndCutFileAreRemovedAtStart) {
    put("a", "text");
    put("b", "text");
    put("c", "text");
    cache.reset();
    flip_byte("a", 20);
    std::filesystem::resize_file(file_of("b"), CacheRecord::size_on_disk + 3);
    const auto corrupt = counters.get(Counter::cache_corrupt);
    start();
    CHECK_EQUAL(corrupt + 2, counters.get(Counter::cache_corrupt));
    CHECK_EQUAL(1u, files());
    CHECK_EQUAL(std::string("text"), get("c"));
}

TEST(FileCache, FileUnderAnotherFilesNameIsNotServed) {
    put("a", "text");
    cache.reset();
    std::filesystem::rename(file_of("a"), file_of("b"));
    start();
    CHECK_EQUAL(std::string("NONE"), get("b"));
    CHECK_EQUAL(0u, files());
}

TEST(FileCache, UnfinishedFilesOfEarlierRunsAreRemovedAndOwnOnesStay) {
    scratch.write("cache/tmp-123-4", "half");
    scratch.write("cache/README", "not ours");
    start();
    CHECK_EQUAL(1u, files());
    const auto own = cache->spill_space()->make_file();
    CHECK(own != nullptr);
    CHECK_EQUAL(2u, files());
}

TEST(FileCache, NewCopyTakesThePlaceOfTheOldOneAlsoOnDisk) {
    put(config_name, "old", "a");
    put(config_name, "new", "b");
    CHECK_EQUAL(std::string("new"), get(config_name));
    CHECK_EQUAL(1u, files());
    start();
    CHECK_EQUAL(std::string("new"), get(config_name));
    CHECK_EQUAL(std::string("b"), look(config_name)->cluster);
}

TEST(FileCache, SameBytesAreNotWrittenAgain) {
    put(config_name, "text");
    const auto writes = counters.get(Counter::cache_writes);
    pass(20s);
    put(config_name, "text");
    CHECK(fresh(config_name));
    CHECK_EQUAL(writes, counters.get(Counter::cache_writes));
    put(config_name, "text", "b");
    CHECK_EQUAL(writes + 1, counters.get(Counter::cache_writes));
}

TEST(FileCache, SizeIsBoundedAndTheOneUsedLongestAgoGoes) {
    settings.max_size = 3 * (CacheRecord::size_on_disk + 100);
    start();
    for (const char* name : {"a", "b", "c"}) {
        put(name, std::string(100, *name));
    }
    get("a");
    put("d", std::string(100, 'd'));
    cache->settle();
    CHECK_EQUAL(3u, files());
    CHECK_EQUAL(std::string("NONE"), get("b"));
    CHECK_EQUAL(std::string(100, 'a'), get("a"));
    settings.max_size = CacheRecord::size_on_disk + 100;
    start();
    CHECK_EQUAL(1u, files());
}

TEST(FileCache, WhatAloneIsTooLargeIsNotKeptAndTheOldCopyGoes) {
    settings.max_size = CacheRecord::size_on_disk + 10;
    start();
    put("a", std::string(10, 'x'));
    CHECK_EQUAL(std::string(10, 'x'), get("a"));
    put("a", std::string(11, 'x'));
    CHECK_EQUAL(std::string("NONE"), get("a"));
}

TEST(FileCache, CopiesOfClustersThatWentAreForgotten) {
    put("a", "text", "a");
    put("b", "text", "b");
    cache->reconfigure(settings, {"b"});
    cache->settle();
    CHECK_EQUAL(std::string("NONE"), get("a"));
    CHECK_EQUAL(1u, files());
    cache.reset();
    cache = std::make_unique<FileCache>(settings, std::set<std::string>{"a"});
    cache->settle();
    CHECK_EQUAL(std::string("NONE"), get("b"));
    CHECK_EQUAL(0u, files());
}

TEST(FileCache, EraseForgetsForGood) {
    put("a", "text", "a");
    put("b", "text", "b");
    CHECK(!cache->erase(name_of("a"), "b"));
    CHECK(cache->erase(name_of("a"), "a"));
    CHECK_EQUAL(
        1u, cache->erase_if([](const std::string& key, const std::string& cluster) { return key == "b" && cluster == "b"; }));
    start();
    CHECK_EQUAL(0u, cache->list().size());
}

TEST(FileCache, UnwritableDirectoryServesFromMemoryAndRecovers) {
    scratch.write("blocked", "a file where the directory should be");
    settings.path = scratch.path() / "blocked" / "cache";
    start();
    const auto errors = counters.get(Counter::cache_write_errors);
    put("a", "text");
    CHECK_EQUAL(errors + 1, counters.get(Counter::cache_write_errors));
    CHECK_EQUAL(std::string("text"), get("a"));
    std::filesystem::remove(scratch.path() / "blocked");
    put("a", "text");
    start();
    CHECK_EQUAL(std::string("text"), get("a"));
}

TEST(FileCache, FullDiskServesFromMemoryLeavesNoPartAndRecovers) {
    put("a", "old");
    const auto errors = counters.get(Counter::cache_write_errors);
    {
        const test::FileSizeLimit full(CacheRecord::size_on_disk + 10);
        put("a", std::string(100, 'n'));
        put("b", std::string(100, 'b'));
        put_large("firmware.loads", std::string(FileCache::max_file_in_memory + 1, 'x'));
    }
    CHECK_EQUAL(errors + 3, counters.get(Counter::cache_write_errors));
    CHECK_EQUAL(std::string(100, 'n'), get("a"));
    CHECK_EQUAL(std::string(100, 'b'), get("b"));
    CHECK_EQUAL(std::string("NONE"), get("firmware.loads"));
    CHECK_EQUAL(1u, files());  // the old copy of "a"
    put("b", std::string(100, 'b'));
    CHECK_EQUAL(2u, files());
    start();
    CHECK_EQUAL(std::string("old"), get("a"));
    CHECK_EQUAL(std::string(100, 'b'), get("b"));
}

TEST(FileCache, DirectoryThatVanishesIsMadeAgain) {
    put("a", "text");
    std::filesystem::remove_all(settings.path);
    put("b", "text");
    CHECK_EQUAL(1u, files());
}

TEST(FileCache, LargeCopyIsReadFromItsFileAndSharedWhileOpen) {
    const std::string large(FileCache::max_file_in_memory + 1, 'x');
    put_large("firmware.loads", large);
    const auto first = look("firmware.loads");
    const auto second = look("firmware.loads");
    CHECK(first->content == second->content);
    CHECK(large == text_of(*first->content, 65464));
    std::filesystem::remove(file_of("firmware.loads"));
    CHECK(large == text_of(*first->content, 65464));
}

TEST(FileCache, LargeCopyWithoutAFileIsNotKept) {
    auto content = std::make_shared<GrowingContent>(std::nullopt, cache->spill_space());
    content->append(bytes_of("small"));
    content->finish();
    cache->put(name_of("a"), "a", content);
    CHECK_EQUAL(std::string("NONE"), get("a"));
}

TEST(FileCache, ManyMoreCopiesThanMemoryHoldsAreAllReadBack) {
    const std::string text(FileCache::max_file_in_memory, 'x');
    for (int i = 0; i < 20; ++i) {
        put("file" + std::to_string(i), text + "", "a");
    }
    for (int i = 0; i < 20; ++i) {
        CHECK(text == get("file" + std::to_string(i)));
    }
}

TEST(FileCache, HeldCopyIsFreshUntilThenAndOutdatedOneIsNot) {
    put(common_name, "x");
    CHECK_FALSE(cache->hold("nothing", 1h));
    CHECK(cache->hold(common_name, 24h));
    pass(24h - 1s);
    CHECK(cache->fresh_in_memory(name_of(common_name)).has_value());
    pass(1s);
    CHECK_FALSE(cache->fresh_in_memory(name_of(common_name)).has_value());
    CHECK(cache->hold(common_name, 1h));
    cache->outdate(common_name);
    CHECK_FALSE(cache->fresh_in_memory(name_of(common_name)).has_value());
    CHECK(cache->contains(common_name));
    put(common_name, "y");
    CHECK(cache->fresh_in_memory(name_of(common_name)).has_value());
}
