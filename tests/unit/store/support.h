// What the tests of the store share: a disk that is full, names, contents as text.
#pragma once

#include "tests/unit/scratch.h"
#include "tftpd/store/content.h"
#include "tftpd/store/file_name.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <fcntl.h>

#include <csignal>
#include <string>

namespace branchline::test {

/// While it lives, no file of this process grows past `bytes`: writing fails in the middle, as on a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    sighandler_t handler_ = nullptr;
};

inline FileName name_of(const std::string& text) {
    auto name = FileName::parse(text);
    return *std::move(name);
}

/// All of a content, by reads of `piece` bytes; "FAILED" or "PENDING" if a read says so.
inline std::string text_of(const Content& content, std::size_t piece = 512) {
    std::string text;
    for (;;) {
        Bytes block(piece);
        const auto read = content.read(text.size(), block);
        if (read.state != tftp::BlockRead::State::ok) {
            return read.state == tftp::BlockRead::State::failed ? "FAILED" : "PENDING";
        }
        text.append(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(read.bytes));
        if (read.bytes < piece) {
            return text;
        }
    }
}

inline Bytes bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

}  // namespace branchline::test
