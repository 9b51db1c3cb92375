// Archives made here by libarchive itself, and what becomes of them.
#include "tftpd/store/archive.h"
#include "tests/unit/store/support.h"

#include <archive.h>
#include <archive_entry.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Archive) {
    test::Scratch scratch;
    OwnFiles files{scratch.path() / "files", 1u << 20};
    std::atomic<std::uint64_t> read{0};
    std::atomic<bool> stop{false};

    struct Entry {
        const char* name;
        std::string text = "x";
        unsigned type = AE_IFREG;
        const char* link = nullptr;
    };

    /// An archive of these entries in the scratch directory, open.
    UniqueFd make(const std::vector<Entry>& entries, const std::string& format = "zip") {
        const auto path = (scratch.path() / "archive").string();
        auto* writer = ::archive_write_new();
        if (format == "zip") {
            ::archive_write_set_format_zip(writer);
        } else {
            ::archive_write_set_format_pax_restricted(writer);
            if (format != "tar") {
                ::archive_write_add_filter_by_name(writer, format.c_str());
            }
        }
        LONGS_EQUAL(ARCHIVE_OK, ::archive_write_open_filename(writer, path.c_str()));
        for (const auto& one : entries) {
            auto* entry = ::archive_entry_new();
            ::archive_entry_set_pathname(entry, one.name);
            ::archive_entry_set_filetype(entry, one.type);
            ::archive_entry_set_perm(entry, 0644);
            ::archive_entry_set_size(entry, one.type == AE_IFREG ? static_cast<long>(one.text.size()) : 0);
            if (one.link != nullptr && one.type == AE_IFLNK) {
                ::archive_entry_set_symlink(entry, one.link);
            } else if (one.link != nullptr) {
                ::archive_entry_set_hardlink(entry, one.link);
                ::archive_entry_set_size(entry, 0);
            }
            ::archive_write_header(writer, entry);
            if (one.type == AE_IFREG && one.link == nullptr) {
                ::archive_write_data(writer, one.text.data(), one.text.size());
            }
            ::archive_entry_free(entry);
        }
        ::archive_write_free(writer);
        return UniqueFd(::open(path.c_str(), O_RDONLY));
    }

    bool nothing_is_staged() {
        const auto incoming = scratch.path() / "files" / OwnFiles::incoming;
        return !std::filesystem::exists(incoming) || std::filesystem::is_empty(incoming);
    }
    std::string names(const OwnFiles::Outcome<std::vector<OwnFiles::Staged>>& unpacked) {
        if (!unpacked) {
            return "refused: " + unpacked.error().text;
        }
        std::string text;
        for (const auto& one : *unpacked) {
            text += one.name.text() + ' ';
        }
        return text;
    }
    std::string taken(const std::vector<Entry>& entries, const std::string& format = "zip", const std::string& directory = "",
                      std::uint64_t room = 1u << 20) {
        const auto fd = make(entries, format);
        return names(unpack(fd.get(), directory, files, room, read, stop));
    }
};

TEST(Archive, EveryFormatIsTakenApart) {
    for (const auto* format : {"zip", "tar", "gzip", "bzip2", "xz", "zstd"}) {
        CHECK_EQUAL_TEXT(std::string("a.xml sub/b.loads "),
                         taken({{"sub/", "", AE_IFDIR}, {"a.xml"}, {"sub/b.loads", std::string(100'000, 'y')}}, format),
                         format);
    }
    CHECK(read > 0);
}

TEST(Archive, ItsFilesAreThereAfterPublishing) {
    const auto fd = make({{"./a.xml", "one"}, {"sub/b.xml", "two"}});
    const auto unpacked = unpack(fd.get(), "into/here", files, 100, read, stop);
    CHECK(!!unpacked);
    CHECK(!!files.publish(*unpacked, false));
    std::ifstream file(scratch.path() / "files/into/here/sub/b.xml");
    CHECK_EQUAL(std::string("two"), std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(Archive, OneEntryThatBreaksARuleEndsItAll) {
    for (const auto& bad : std::vector<Entry>{{"../out.xml"},
                                              {"a/../../out.xml"},
                                              {"SEP001122334455.cnf.xml"},
                                              {"CTLFile.tlv"},
                                              {"sub/itlsep001122334455.tlv"},
                                              {"link", "", AE_IFLNK, "/etc/passwd"},
                                              {"hard", "", AE_IFREG, "good.xml"},
                                              {"fifo", "", AE_IFIFO},
                                              {"a\\b"},
                                              {"a%b"}}) {
        const auto said = taken({{"good.xml"}, bad}, "gzip");
        CHECK_TEXT(said.starts_with("refused: the archive has the entry"), bad.name);
        CHECK_TEXT(nothing_is_staged(), bad.name);
    }
}

TEST(Archive, AnAbsoluteNameStaysBelow) {
    CHECK_EQUAL(std::string("etc/passwd.xml "), taken({{"/etc/passwd.xml"}}, "gzip"));
}

TEST(Archive, ABombStopsAtTheRoom) {
    CHECK_EQUAL(std::string("a "), taken({{"a", std::string(1000, '\0')}}, "gzip", "", 1000));
    CHECK(taken({{"a", std::string(1000, '\0')}, {"b"}}, "gzip", "", 1000).find("the room that is left") != std::string::npos);
    CHECK(taken({{"a", std::string(1u << 20, '\0')}}, "xz", "", 1000).starts_with("refused"));
}

TEST(Archive, WhatIsNoArchiveIsSaid) {
    scratch.write("noise", std::string(5000, 'n'));
    scratch.write("nothing", "");
    for (const auto* name : {"noise", "nothing"}) {
        const UniqueFd fd(::open((scratch.path() / name).c_str(), O_RDONLY));
        const auto said = names(unpack(fd.get(), "", files, 1u << 20, read, stop));
        CHECK_TEXT(said.starts_with("refused: the archive"), said.c_str());
    }
    CHECK(taken({{"sub/", "", AE_IFDIR}}).find("has no files") != std::string::npos);
}

TEST(Archive, ATruncatedOneGivesNothing) {
    std::string noise(200'000, '\0');
    for (std::size_t i = 0; i < noise.size(); ++i) {
        noise[i] = static_cast<char>(i * 7919 >> 3);
    }
    (void)make({{"a.bin", noise}}, "gzip");
    std::filesystem::resize_file(scratch.path() / "archive", std::filesystem::file_size(scratch.path() / "archive") / 2);
    const UniqueFd fd(::open((scratch.path() / "archive").c_str(), O_RDONLY));
    CHECK(!unpack(fd.get(), "", files, 1u << 20, read, stop));
    CHECK(nothing_is_staged());
}

TEST(Archive, AnEndingDaemonDoesNotWaitForIt) {
    stop = true;
    CHECK(taken({{"a"}}).find("is ending") != std::string::npos);
}
