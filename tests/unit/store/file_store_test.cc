#include "tftpd/store/file_store.h"

#include "tests/unit/store/support.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::name_of;
using branchline::test::text_of;

namespace {

constexpr auto large_size = FileStore::max_file_in_memory + 1;

}  // namespace

TEST_GROUP(FileStore) {
    test::Scratch scratch;
    FileStore store{scratch.path() / "files"};

    std::string get(const std::string& name) {
        const auto found = store.open(name_of(name));
        if (found) {
            return text_of(**found, 65464);
        }
        switch (found.error()) {
            case FileStore::Miss::not_found:
                return "NOT FOUND";
            case FileStore::Miss::refused:
                return "REFUSED";
            case FileStore::Miss::failed:
                return "FAILED";
        }
        return "?";
    }
    void put(const std::string& name, const std::string& text) {
        scratch.write("files/" + name, text);
    }
    std::filesystem::path path(const std::string& name) {
        return scratch.path() / "files" / name;
    }
    /// As if the file had been there for an hour: it may be remembered by its identity. (Its change time is of now; wait it
    /// out.)
    void settle() {
        timespec pause{0, 60'000'000};
        ::nanosleep(&pause, nullptr);
    }
};

TEST(FileStore, MissingRootIsAnEmptyStoreUntilItIsThere) {
    CHECK_EQUAL(std::string("NOT FOUND"), get("a"));
    put("a", "text");
    CHECK_EQUAL(std::string("text"), get("a"));
}

TEST(FileStore, EmptyFileIsContentOfNoBytes) {
    put("empty.tlv", "");
    CHECK_EQUAL(std::string(""), get("empty.tlv"));
    CHECK_EQUAL(0u, *(*store.open(name_of("empty.tlv")))->size());
}

TEST(FileStore, ExactSpellingWinsThenAnyCaseInEveryComponent) {
    put("Ringlist.xml", "one");
    put("RingList.xml", "two");
    put("United_States/g3-Tones.xml", "tones");
    CHECK_EQUAL(std::string("one"), get("Ringlist.xml"));
    CHECK_EQUAL(std::string("two"), get("RingList.xml"));
    CHECK_EQUAL(std::string("two"), get("RINGLIST.XML"));  // first in byte order
    CHECK_EQUAL(std::string("tones"), get("united_STATES/G3-tones.xml"));
    CHECK_EQUAL(std::string("NOT FOUND"), get("united_states/missing"));
    CHECK_EQUAL(std::string("NOT FOUND"), get("nowhere/g3-tones.xml"));
}

TEST(FileStore, DirectoryIsNotFound) {
    put("dir/a", "x");
    CHECK_EQUAL(std::string("NOT FOUND"), get("dir"));
    CHECK_EQUAL(std::string("NOT FOUND"), get("DIR"));
    CHECK_EQUAL(std::string("NOT FOUND"), get("dir/a/b"));
}

TEST(FileStore, FifoIsNotFoundAndDoesNotWait) {
    put("a", "x");
    CHECK_EQUAL(0, ::mkfifo(path("fifo").c_str(), 0600));
    CHECK_EQUAL(std::string("NOT FOUND"), get("fifo"));
}

TEST(FileStore, SocketIsRefused) {
    put("a", "x");
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path("s").string().copy(address.sun_path, sizeof address.sun_path - 1);
    CHECK_EQUAL(0, ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
    CHECK_EQUAL(std::string("REFUSED"), get("s"));
    ::close(fd);
}

TEST(FileStore, SymbolicLinksAreRefusedWhereverTheyLead) {
    put("inside", "inside");
    put("dir/file", "file");
    scratch.write("outside/secret", "secret");
    std::filesystem::create_symlink(scratch.path() / "outside/secret", path("out"));
    std::filesystem::create_symlink("../outside/secret", path("up"));
    std::filesystem::create_symlink("inside", path("in"));
    std::filesystem::create_symlink("/proc/self/environ", path("proc"));
    std::filesystem::create_directory_symlink(scratch.path() / "outside", path("outdir"));
    std::filesystem::create_directory_symlink("dir", path("indir"));
    for (const char* name :
         {"out", "up", "in", "proc", "outdir/secret", "indir/file", "OUT", "OUTDIR/secret", "Outdir/SECRET", "INDIR/FILE"}) {
        CHECK_EQUAL_TEXT(std::string("REFUSED"), get(name), name);
    }
}

TEST(FileStore, FileSwappedForALinkAfterItWasServedIsRefused) {
    put("dir/a", "good");
    scratch.write("outside/a", "evil");
    settle();
    CHECK_EQUAL(std::string("good"), get("dir/a"));
    CHECK_EQUAL(std::string("good"), get("dir/a"));
    std::filesystem::rename(path("dir"), path("old"));
    std::filesystem::create_directory_symlink(scratch.path() / "outside", path("dir"));
    CHECK_EQUAL(std::string("REFUSED"), get("dir/a"));
    std::filesystem::remove(path("dir"));
    std::filesystem::create_directory(path("dir"));
    std::filesystem::create_symlink(scratch.path() / "outside/a", path("dir/a"));
    CHECK_EQUAL(std::string("REFUSED"), get("dir/a"));
}

TEST(FileStore, SmallFileIsReadOnceWhileItStaysAsItIs) {
    put("a", "text");
    settle();
    const auto first = *store.open(name_of("a"));
    CHECK(first == *store.open(name_of("a")));
    CHECK(first == *store.open(name_of("A")));
}

TEST(FileStore, ReplacedSmallFileIsSeenAtOnceAndOldBytesGoOn) {
    put("a", "old");
    settle();
    const auto old = *store.open(name_of("a"));
    put("new", "new");
    std::filesystem::rename(path("new"), path("a"));
    CHECK_EQUAL(std::string("new"), get("a"));
    CHECK_EQUAL(std::string("old"), text_of(*old));
    put("a", "wen");  // in place, same size
    CHECK_EQUAL(std::string("wen"), get("a"));
    std::filesystem::remove(path("a"));
    CHECK_EQUAL(std::string("NOT FOUND"), get("a"));
}

TEST(FileStore, LargestFileInMemoryAndSmallestOnDiskAreBothWhole) {
    const std::string text(large_size, 'x');
    put("small", text.substr(1));
    put("large", text);
    CHECK(text.substr(1) == get("small"));
    CHECK(text == get("large"));
}

TEST(FileStore, LargeFileIsSharedByTransfersUnderWayOnly) {
    put("large", std::string(large_size, 'x'));
    settle();
    auto first = *store.open(name_of("large"));
    auto second = *store.open(name_of("large"));
    CHECK(first == second);
    const std::weak_ptr<const Content> watch = first;
    first.reset();
    second.reset();
    CHECK(watch.expired());
}

TEST(FileStore, LargeFileReplacedByRenameKeepsItsBytes) {
    put("large", std::string(large_size, 'o'));
    const auto old = *store.open(name_of("large"));
    put("new", std::string(large_size, 'n'));
    std::filesystem::rename(path("new"), path("large"));
    CHECK(std::string(large_size, 'o') == text_of(*old, 65464));
    CHECK(std::string(large_size, 'n') == get("large"));
}

TEST(FileStore, LargeFileRewrittenInPlaceFailsRatherThanMix) {
    put("large", std::string(large_size, 'o'));
    settle();
    const auto old = *store.open(name_of("large"));
    Bytes block(512);
    CHECK(old->read(0, block).state == tftp::BlockRead::State::ok);
    put("large", std::string(large_size, 'n'));
    CHECK(old->read(512, block).state == tftp::BlockRead::State::failed);
    CHECK(std::string(large_size, 'n') == get("large"));
}

TEST(FileStore, LargeFileCutShortFails) {
    put("large", std::string(large_size, 'o'));
    const auto old = *store.open(name_of("large"));
    std::filesystem::resize_file(path("large"), 1000);
    Bytes block(512);
    CHECK(old->read(0, block).state == tftp::BlockRead::State::failed);
}

TEST(FileStore, ReadPastTheEndOfALargeFileBringsNothing) {
    put("large", std::string(large_size, 'o'));
    const auto content = *store.open(name_of("large"));
    Bytes block(512);
    CHECK_EQUAL(1u, content->read(large_size - 1, block).bytes);
    CHECK_EQUAL(0u, content->read(large_size, block).bytes);
    CHECK(content->read(large_size + 512, block).state == tftp::BlockRead::State::ok);
}

TEST(FileStore, RootThatIsAFileCountsAsEmpty) {
    scratch.write("files", "not a directory");
    CHECK_EQUAL(std::string("NOT FOUND"), get("a"));
}
