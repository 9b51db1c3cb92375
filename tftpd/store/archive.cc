#include "tftpd/store/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace branchline {
namespace {

using Refusal = OwnFiles::Refusal;
using Kind = Refusal::Kind;
using Entries = std::vector<OwnFiles::Staged>;

constexpr std::size_t read_size = 64 * 1024;  // bytes at a time

struct Reader {
    void operator()(::archive* it) const { ::archive_read_free(it); }
};
using Archive = std::unique_ptr<::archive, Reader>;

Archive open_archive(int fd) {
    Archive opened(::archive_read_new());
    if (opened) {
        ::archive_read_support_format_zip(opened.get());
        ::archive_read_support_format_tar(opened.get());
        ::archive_read_support_format_gnutar(opened.get());
        ::archive_read_support_filter_gzip(opened.get());
        ::archive_read_support_filter_bzip2(opened.get());
        ::archive_read_support_filter_xz(opened.get());
        ::archive_read_support_filter_zstd(opened.get());
        if (::lseek(fd, 0, SEEK_SET) != 0 || ::archive_read_open_fd(opened.get(), fd, read_size) != ARCHIVE_OK) {
            return nullptr;
        }
    }
    return opened;
}

std::string said(::archive* it) {
    const char* text = ::archive_error_string(it);
    return text == nullptr ? "no reason given" : text;
}

Refusal broken(::archive* it) {
    return {Kind::failed, "the archive cannot be read: " + said(it) +
                              ". It must be a zip, or a tar, tar.gz, tar.bz2, tar.xz or tar.zst. Nothing was changed."};
}

Refusal refused(const std::string& entry, const std::string& why) {
    return {Kind::failed, "the archive has the entry \"" + escaped(entry) + "\": " + why};
}

/// The entry's bytes into `file`; how many. Never more than `room`.
OwnFiles::Outcome<std::uint64_t> copy(::archive* from, const std::string& name, int file, std::uint64_t room,
                                      std::atomic<std::uint64_t>& read, const std::atomic<bool>& stop) {
    std::array<char, read_size> part{};
    std::uint64_t size = 0;
    for (;;) {
        const auto count = ::archive_read_data(from, part.data(), part.size());
        if (count < 0) {
            return broken(from);
        }
        if (count == 0) {
            return size;
        }
        size += static_cast<std::uint64_t>(count);
        if (size > room) {
            return refused(name,
                           "with it, the files are larger than the room that is left for own files. Delete files, or raise "
                           "\"files-max-size-mb\" of \"limits\". Nothing was changed.");
        }
        if (stop.load(std::memory_order_relaxed)) {
            return Refusal{Kind::failed, "the daemon is ending. Nothing was changed."};
        }
        for (std::size_t done = 0; done < static_cast<std::size_t>(count);) {
            const auto put = ::write(file, part.data() + done, static_cast<std::size_t>(count) - done);
            if (put < 0 && errno != EINTR) {
                return refused(name, std::string("it cannot be written: ") + std::strerror(errno) + ". Nothing was changed.");
            }
            done += static_cast<std::size_t>(std::max<ssize_t>(put, 0));
        }
        read.store(static_cast<std::uint64_t>(::archive_filter_bytes(from, -1)), std::memory_order_relaxed);
    }
}

}  // namespace

OwnFiles::Outcome<Entries> unpack(int fd, const std::string& directory, OwnFiles& files, std::uint64_t room,
                                  std::atomic<std::uint64_t>& read, const std::atomic<bool>& stop) {
    const auto from = open_archive(fd);
    if (!from) {
        return Refusal{Kind::failed, "the archive cannot be opened. Nothing was changed."};
    }
    Entries entries;
    for (std::size_t count = 0;; ++count) {
        ::archive_entry* entry = nullptr;
        const int next = ::archive_read_next_header(from.get(), &entry);
        if (next == ARCHIVE_EOF) {
            break;
        }
        if (next != ARCHIVE_OK && next != ARCHIVE_WARN) {
            return broken(from.get());
        }
        const char* spelled = ::archive_entry_pathname_utf8(entry);
        std::string path = spelled == nullptr ? "(not UTF-8)" : spelled;
        if (count == max_archive_entries) {
            return refused(path, "it is one more than the 10000 that an archive may have. Split it. Nothing was changed.");
        }
        if (::archive_entry_filetype(entry) == AE_IFDIR) {
            continue;  // made when a file needs it
        }
        if (::archive_entry_filetype(entry) != AE_IFREG || ::archive_entry_hardlink(entry) != nullptr) {
            return refused(path, "it is a link or a device; regular files only. Nothing was changed.");
        }
        while (path.starts_with("./")) {
            path.erase(0, 2);
        }
        auto name = OwnFiles::name_to_add(directory.empty() ? path : directory + '/' + path);
        if (!name) {
            return refused(path, name.error().text + " Nothing was changed.");
        }
        auto file = files.stage();
        if (!file) {
            return file.error();
        }
        const auto size = copy(from.get(), path, (*file)->fd(), room, read, stop);
        if (!size) {
            return size.error();
        }
        // Closed at once: ten thousand open files would leave no descriptor for phones.
        if (const int error = (*file)->finish(OwnFiles::file_mode); error != 0) {
            return refused(path, std::string("it cannot be written: ") + std::strerror(error) + ". Nothing was changed.");
        }
        room -= *size;
        entries.push_back({*std::move(name), *std::move(file), *size});
    }
    if (entries.empty()) {
        return Refusal{Kind::failed, "the archive has no files. Nothing was changed."};
    }
    return entries;
}

}  // namespace branchline
