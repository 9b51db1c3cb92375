#include "tftpd/store/own_files.h"
#include "tests/unit/store/support.h"
#include "tftpd/store/file_store.h"

#include <unistd.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Kind = OwnFiles::Refusal::Kind;

TEST_GROUP(OwnFiles) {
    test::Scratch scratch;
    OwnFiles files{scratch.path() / "files", 1u << 20};

    OwnFiles::Staged staged(const std::string& name, const std::string& text) {
        auto file = files.stage();
        CHECK(!!file);
        CHECK(::write((*file)->fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        return {*OwnFiles::name_to_add(name), *file, text.size()};
    }
    OwnFiles::Outcome<bool> add(const std::string& name, const std::string& text, bool replace = false) {
        return files.publish({staged(name, text)}, replace);
    }
    std::string names(const std::string& directory = "") {
        std::string text;
        const auto listing = files.list(directory);
        CHECK(!!listing);
        for (const auto& one : listing->files) {
            text += one.name + ' ';
        }
        return text;
    }
    std::string read(const std::string& name) {
        std::ifstream file(scratch.path() / "files" / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST(OwnFiles, AFileIsThereOnceItIsPublishedAndNotBefore) {
    const FileStore served(scratch.path() / "files");
    const auto wanted = *FileName::parse("locale/German/x.jar");
    const auto one = staged("locale/German/x.jar", "bytes");
    CHECK(!served.open(wanted));
    CHECK_EQUAL(std::string(), names());
    CHECK(!!files.publish({one}, false));
    CHECK(!!served.open(wanted));
    CHECK_EQUAL(std::string("locale/German/x.jar "), names());
    CHECK_EQUAL(std::string("bytes"), read("locale/German/x.jar"));
}

TEST(OwnFiles, WhatIsStagedHasNoNameThatAPhoneCouldAskFor) {
    const auto one = staged("a.bin", "secret");
    CHECK(!FileName::parse(std::string(OwnFiles::incoming) + "/1"));
}

TEST(OwnFiles, WhatWasNotPublishedGoesWithItsOwner) {
    {
        const auto one = staged("a.bin", "bytes");
    }
    CHECK(std::filesystem::is_empty(scratch.path() / "files" / OwnFiles::incoming));
}

TEST(OwnFiles, WhatACrashLeftIsForgotten) {
    scratch.write("files/%incoming/7", "left");
    files.forget_staged();
    CHECK(!std::filesystem::exists(scratch.path() / "files" / OwnFiles::incoming));
}

TEST(OwnFiles, DeviceConfigurationsAndTrustListsAreRefused) {
    for (const auto* name : {"SEP001122334455.cnf.xml", "sep001122334455.cnf.xml.sgn", "ATA001122334455.cnf.xml",
                             "a/SEP001122334455", "XMLDefault.cnf.xml", "CTLFile.tlv", "ITLFile.tlv", "CTLSEP001122334455.tlv",
                             "ITLSEP001122334455.tlv", "sub/itlfile.TLV"}) {
        CHECK_TEXT(!OwnFiles::name_to_add(name), name);
    }
    for (const auto* name : {"ringlist.xml", "Desktops/320x212x12/List.xml", "sip88xx.12-8-1.loads", "SEPARATE.xml"}) {
        CHECK_TEXT(!!OwnFiles::name_to_add(name), name);
    }
}

TEST(OwnFiles, UnsafeNamesAreRefused) {
    for (const auto* name : {"../x", "a/../../x", "", "/", "a//b", "a\\b", "a%2f", "a/"}) {
        CHECK_TEXT(!OwnFiles::name_to_add(name), name);
    }
}

TEST(OwnFiles, AnExistingFileIsReplacedOnlyIfThatWasSaid) {
    CHECK(!!add("a.xml", "one"));
    const auto refused = add("A.XML", "two");
    CHECK(!refused);
    CHECK(refused.error().kind == Kind::in_the_way);
    CHECK_EQUAL(std::string("one"), read("a.xml"));
    CHECK(!!add("A.XML", "two", true));
    CHECK_EQUAL(std::string("a.xml "), names());  // in its own spelling, not beside it
    CHECK_EQUAL(std::string("two"), read("a.xml"));
}

TEST(OwnFiles, DirectoriesKeepTheirSpelling) {
    CHECK(!!add("Locale/a.xml", "1"));
    CHECK(!!add("locale/b/c.xml", "2"));
    CHECK_EQUAL(std::string("Locale/a.xml Locale/b/c.xml "), names());
    CHECK_EQUAL(std::string("Locale/b/c.xml "), names("LOCALE/B"));
}

TEST(OwnFiles, AFileIsNoDirectoryAndADirectoryNoFile) {
    CHECK(!!add("a/b", "1"));
    CHECK(add("a", "2", true).error().kind == Kind::in_the_way);
    CHECK(add("a/b/c", "3", true).error().kind == Kind::in_the_way);
}

TEST(OwnFiles, OneThatCannotHaveItsNameKeepsAllFromHavingTheirs) {
    CHECK(!!add("there.xml", "1"));
    CHECK(!files.publish({staged("new.xml", "2"), staged("there.xml", "3")}, false));
    CHECK_EQUAL(std::string("there.xml "), names());
    CHECK(!files.publish({staged("new.xml", "2"), staged("NEW.xml", "3")}, true));
    CHECK_EQUAL(std::string("there.xml "), names());
}

TEST(OwnFiles, TheQuotaCountsWhatIsThereAndNotWhatIsReplaced) {
    CHECK(!!add("big.bin", std::string(1u << 19, 'x')));
    CHECK(!!files.check({}, 1u << 19, false));
    CHECK(!files.check({}, (1u << 19) + 1, false));
    CHECK(!!files.check({*FileName::parse("big.bin")}, 1u << 20, true));
    CHECK(!files.check({*FileName::parse("big.bin")}, (1u << 20) + 1, true));
    CHECK(!add("more.bin", std::string((1u << 19) + 1, 'x')));
    UNSIGNED_LONGS_EQUAL(1u << 19, files.room());
}

TEST(OwnFiles, NoSymbolicLinkIsFollowed) {
    std::filesystem::create_directories(scratch.path() / "files");
    std::filesystem::create_directories(scratch.path() / "outside");
    scratch.write("outside/victim.xml", "mine");
    std::filesystem::create_symlink(scratch.path() / "outside", scratch.path() / "files" / "link");
    std::filesystem::create_symlink(scratch.path() / "outside/victim.xml", scratch.path() / "files" / "file.xml");
    CHECK(!add("link/victim.xml", "theirs", true));
    CHECK(!add("link/new.xml", "theirs", true));
    CHECK(!add("file.xml", "theirs", true));
    CHECK(!files.remove("link/victim.xml", true));
    CHECK(!std::filesystem::exists(scratch.path() / "outside/new.xml"));
    std::ifstream victim(scratch.path() / "outside/victim.xml");
    CHECK_EQUAL(std::string("mine"), std::string(std::istreambuf_iterator<char>(victim), {}));
}

TEST(OwnFiles, ADeletedFileTakesItsEmptyDirectoriesAlong) {
    CHECK(!!add("a/b/c.xml", "1"));
    CHECK(!!add("a/d.xml", "2"));
    UNSIGNED_LONGS_EQUAL(1, *files.remove("A/B/C.xml", false));
    CHECK(!std::filesystem::exists(scratch.path() / "files/a/b"));
    CHECK_EQUAL(std::string("a/d.xml "), names());
    CHECK(files.remove("a/b/c.xml", false).error().kind == Kind::not_found);
}

TEST(OwnFiles, ADirectoryIsDeletedOnlyIfThatWasSaid) {
    CHECK(!!add("a/b/c.xml", "1"));
    CHECK(!!add("a/d.xml", "2"));
    CHECK(files.remove("a", false).error().kind == Kind::failed);
    UNSIGNED_LONGS_EQUAL(2, *files.remove("a/", true));
    CHECK(!std::filesystem::exists(scratch.path() / "files/a"));
}

TEST(OwnFiles, ARootThatIsNotThereIsEmpty) {
    CHECK_EQUAL(std::string(), names());
    CHECK_EQUAL(std::string(), names("x"));
    CHECK(files.remove("x", false).error().kind == Kind::not_found);
    UNSIGNED_LONGS_EQUAL(1u << 20, files.room());
}

TEST(OwnFiles, ADiskThatIsFullIsSaidAndLeavesNothing) {
    auto one = files.stage();
    CHECK(!!one);
    const test::FileSizeLimit full(1000);
    CHECK(::write((*one)->fd(), std::string(2000, 'x').data(), 2000) < 2000);
    one->reset();
    CHECK_EQUAL(std::string(), names());
}
