#include "tftpd/api/server_table.h"

#include "tftpd/base/decimal.h"
#include "tftpd/base/bytes.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace branchline::api {
namespace {

constexpr std::string_view first_words = "branchline-servers=1 written=";
constexpr std::size_t max_file_size = 64 * 1024;
constexpr std::size_t max_servers = 1024;
constexpr std::size_t max_address_size = 64;  ///< characters

Failure failure(const std::string& path, const char* step) {
    const int error = errno;
    return Failure{path + ": " + step + ": " + std::strerror(error)};
}

/// Closes when it goes out of scope.
class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return line;
}

}  // namespace

std::string encode(const ServerTable& table) {
    std::string out = std::string(first_words) + std::to_string(table.written) + "\n";
    for (const auto& [address, up] : table.alive) {
        out += address + (up ? " up\n" : " down\n");
    }
    return out;
}

Result<ServerTable> decode_server_table(std::string_view text) {
    if (text.size() > max_file_size) {
        return Failure{"a server table longer than 64 KiB"};
    }
    auto head = take_line(text);
    if (!head.starts_with(first_words)) {
        return Failure{"not a server table of version 1"};
    }
    head.remove_prefix(first_words.size());
    ServerTable table;
    const auto written = decimal<decltype(table.written)>(head);
    if (!written || *written < 0) {
        return Failure{"a server table without the time at which it was written"};
    }
    table.written = *written;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.empty()) {
            continue;
        }
        const auto blank = line.find(' ');
        const auto state = blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
        if (blank == 0 || blank > max_address_size || (state != "up" && state != "down")) {
            return Failure{"a server table with the line \"" + escaped(line, 64) + "\""};
        }
        if (table.alive.size() == max_servers) {
            return Failure{"a server table of more than 1024 servers"};
        }
        table.alive[std::string(line.substr(0, blank))] = state == "up";
    }
    return table;
}

Result<bool> write_server_table(const std::string& path, const ServerTable& table) {
    const auto text = encode(table);
    std::string temporary = path + ".XXXXXX";
    const File file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) {
        return failure(temporary, "cannot be made");
    }
    // Kea runs as a user of its own and reads the table through the group of the directory both share.
    std::size_t done = 0;
    while (done < text.size()) {
        const auto put = ::write(file.get(), text.data() + done, text.size() - done);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            auto problem = failure(temporary, "cannot be written");
            ::unlink(temporary.c_str());
            return problem;
        }
        done += static_cast<std::size_t>(put);
    }
    if (::fchmod(file.get(), 0644) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
        auto problem = failure(path, "cannot be replaced");
        ::unlink(temporary.c_str());
        return problem;
    }
    return true;
}

Result<ServerTable> read_server_table(const std::string& path) {
    // Not blocking, so that a FIFO put in its place cannot hold the reader. A link is followed: with the systemd units the
    // table lies in the daemon's own directory, and Kea's has a link to it.
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        return failure(path, "cannot be opened");
    }
    struct stat about{};
    if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
        return Failure{path + ": is no ordinary file"};
    }
    std::string text;
    std::array<char, 4096> part{};
    while (text.size() <= max_file_size) {
        const auto got = ::read(file.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return failure(path, "cannot be read");
        }
        if (got == 0) {
            break;
        }
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return decode_server_table(text);
}

}  // namespace branchline::api
