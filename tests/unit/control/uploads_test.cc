#include "tftpd/control/uploads.h"

#include "tests/unit/scratch.h"
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using State = Uploads::State;
using Kind = OwnFiles::Refusal::Kind;

TEST_GROUP(Uploads) {
    branchline::test::Scratch scratch;
    std::shared_ptr<OwnFiles> files;
    std::unique_ptr<Uploads> uploads;

    void setup() override {
        files = std::make_shared<OwnFiles>(scratch / "files", 1u << 20);
        uploads = std::make_unique<Uploads>();
    }
    void teardown() override {
        uploads.reset();
    }

    Uploads::Wish wish(const std::string& name, std::uint64_t size) {
        return {.name = name, .unpack = false, .replace = false, .size = size};
    }
    std::string read(const std::string& name) {
        std::ifstream file(scratch / "files" / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string put(const std::string& name, const std::string& text, mode_t mode = 0644) {
        const auto path = (scratch / name).string();
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }
};

TEST(Uploads, OnePieceThatIsAllIsStored) {
    const auto done = uploads->begin(files, wish("a.xml", 3), "abc");
    CHECK(!!done);
    CHECK(done->state == State::stored);
    UNSIGNED_LONGS_EQUAL(1, done->files);
    UNSIGNED_LONGS_EQUAL(3, done->bytes);
    CHECK_EQUAL(std::string("abc"), read("a.xml"));
    CHECK(uploads->progress(done->id)->state == State::stored);  // whose answer was lost asks again
}

TEST(Uploads, AnEmptyFileIsAFile) {
    CHECK(uploads->begin(files, wish("empty.xml", 0), "")->state == State::stored);
    CHECK(std::filesystem::exists(scratch / "files/empty.xml"));
}

TEST(Uploads, PiecesComeInOrderAndTheLastStores) {
    const auto first = uploads->begin(files, wish("a.xml", 6), "ab");
    CHECK(first->state == State::receiving);
    UNSIGNED_LONGS_EQUAL(2, first->received);
    CHECK(!std::filesystem::exists(scratch / "files/a.xml"));
    CHECK(!uploads->add(first->id, 4, "ef"));
    CHECK(uploads->add(first->id, 2, "cd")->state == State::receiving);
    CHECK(uploads->add(first->id, 2, "cd")->state == State::receiving);  // sent again, since the answer was lost
    CHECK(!uploads->add(first->id, 4, "efg"));                           // past the size
    CHECK(uploads->add(first->id, 4, "ef")->state == State::stored);
    CHECK_EQUAL(std::string("abcdef"), read("a.xml"));
}

TEST(Uploads, WhatCannotBeStoredIsSaidBeforeItIsSent) {
    CHECK(!uploads->begin(files, wish("SEP001122334455.cnf.xml", 10), ""));
    CHECK(!uploads->begin(files, wish("big.bin", (1u << 20) + 1), ""));
    CHECK(uploads->begin(files, wish("a.xml", 1), "a")->state == State::stored);
    CHECK(uploads->begin(files, wish("A.xml", 10), "").error().kind == Kind::in_the_way);
}

TEST(Uploads, OnlySoManyAreOpenAtOnce) {
    for (std::size_t i = 0; i < Uploads::max_open; ++i) {
        CHECK(!!uploads->begin(files, wish("f" + std::to_string(i), 2), "x"));
    }
    CHECK(!uploads->begin(files, wish("one-more", 2), "x"));
}

TEST(Uploads, NobodyKnowsAnUploadThatIsNotThere) {
    CHECK(uploads->add("7", 0, "x").error().kind == Kind::not_found);
    CHECK(uploads->progress("7").error().kind == Kind::not_found);
}

TEST(Uploads, AFileOfThisMachineIsCopied) {
    const std::string text(1'000'000, 'z');
    const auto done = uploads->begin_from_path(files, wish("copy.bin", 0), put("source.bin", text));
    CHECK(done->state == State::stored);
    CHECK(read("copy.bin") == text);
}

TEST(Uploads, WhatNotEverybodyMayReadIsNotPublished) {
    const auto secret = put("key.pem", "secret", 0640);
    const auto refused = uploads->begin_from_path(files, wish("key.pem", 0), secret);
    CHECK(!refused);
    CHECK(refused.error().text.find("not everybody may read it") != std::string::npos);
    std::filesystem::create_symlink(put("good.xml", "x"), scratch / "link.xml");
    for (const auto& path : {(scratch / "link.xml").string(), scratch.path().string(), std::string("relative.xml"),
                             (scratch / "missing.xml").string(), std::string("/dev/zero")}) {
        CHECK_TEXT(!uploads->begin_from_path(files, wish("x.xml", 0), path), path.c_str());
    }
}

TEST(Uploads, ABrokenArchiveStoresNothingAndSaysSo) {
    auto wanted = wish("", 4);
    wanted.unpack = true;
    const auto refused = uploads->begin(files, wanted, "zip?");
    CHECK(!refused);
    CHECK(refused.error().text.find("archive") != std::string::npos);
    CHECK(files->list("")->files.empty());
}
