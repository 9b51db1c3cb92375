#include "tftpd/config/included_text.h"

#include "tftpd/config/utf8.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace branchline {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

[[noreturn]] void too_large(const Position& where) {
    throw ConfigError(
        where,
        "this is more than 1 MiB of text; a configuration with all that it includes may have at most 1 MiB. Remove "
        "what is not needed, or check that the right file is named.");
}

std::string system_error() {
    return std::strerror(errno);
}

}  // namespace

IncludedText::IncludedText(const std::string& path) {
    open(path, Position{path, 1, 1});
}

IncludedText::IncludedText(std::string text, std::string name) {
    if (text.size() > maximum_configuration_size) {
        too_large(Position{name, 1, 1});
    }
    size_ = text.size();
    files_.push_back(File{.name = std::move(name), .text = std::move(text)});
}

int IncludedText::peek(std::size_t ahead) const {
    const File& file = files_.back();
    return file.text.size() - file.offset > ahead ? static_cast<unsigned char>(file.text[file.offset + ahead]) : end;
}

bool IncludedText::starts_with(std::string_view word) const {
    const File& file = files_.back();
    return std::string_view(file.text).substr(file.offset).starts_with(word);
}

void IncludedText::advance(std::size_t bytes) {
    File& file = files_.back();
    for (; bytes > 0 && file.offset < file.text.size(); --bytes, ++file.offset) {
        const char c = file.text[file.offset];
        if (c == '\n') {
            ++file.line;
            file.column = 1;
        } else if (file.offset + 1 == file.text.size() || starts_character(file.text[file.offset + 1])) {
            ++file.column;  // with the last byte of a character, so that all of its bytes are in one column
        }
    }
}

Position IncludedText::here() const {
    return {files_.back().name, files_.back().line, files_.back().column};
}

void IncludedText::include(const std::string& path, const Position& where) {
    if (files_.size() > maximum_include_depth) {
        throw ConfigError(where, "files are included more than " + std::to_string(maximum_include_depth) +
                                     " deep here; a file may be included in a file at most that often. Include it from a file "
                                     "further up.");
    }
    std::filesystem::path resolved(path);
    if (resolved.is_relative()) {
        std::error_code ignored;
        const auto beside = std::filesystem::path(files_.back().name).parent_path() / resolved;
        if (std::filesystem::exists(beside, ignored)) {
            resolved = beside;
        }
    }
    open(resolved.string(), where);
}

bool IncludedText::leave() {
    if (files_.size() == 1) {
        return false;
    }
    files_.pop_back();
    return true;
}

void IncludedText::open(const std::string& path, const Position& where) {
    // Not blocking: a FIFO or a device would otherwise hold the daemon here before it is seen that it is one.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    const std::string what = files_.empty() ? std::string("this file") : "the included file \"" + path + "\"";
    if (file.number() < 0) {
        const std::string base = files_.empty() ? "" : " A relative path counts from the directory of the including file.";
        throw ConfigError(where,
                          what + " cannot be opened: " + system_error() + ". Check its path and its permissions." + base);
    }
    struct stat status{};
    if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
        throw ConfigError(where, what + " is not a regular file; directories, pipes and devices are not read. Name a file.");
    }
    for (const File& open_file : files_) {
        if (open_file.inode != 0 && open_file.inode == status.st_ino && open_file.device == status.st_dev) {
            throw ConfigError(where, what + " includes itself; that would never end. Remove this include.");
        }
    }
    File entry{.name = path, .text = {}, .device = status.st_dev, .inode = status.st_ino};
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(file.number(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw ConfigError(where, what + " cannot be read: " + system_error() + ".");
        }
        if (got == 0) {
            break;
        }
        size_ += static_cast<std::size_t>(got);
        if (size_ > maximum_configuration_size) {
            too_large(where);
        }
        entry.text.append(buffer, static_cast<std::size_t>(got));
    }
    files_.push_back(std::move(entry));
}

}  // namespace branchline
