// What the tests of the configuration share: a made-up machine, errors as text, scratch directories, the shipped example.
#pragma once

#include "tftpd/config/config_reader.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <unistd.h>

namespace config_test {

/// A machine with these addresses and no other.
inline branchline::Machine machine() {
    using boost::asio::ip::make_address;
    return {.addresses = {make_address("10.20.0.1"), make_address("2001:db8:20::1")}, .socket_directory = "/run/kea"};
}

/// What a call's ConfigError says; empty if there was none.
inline std::string error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const branchline::ConfigError& error) {
        return error.what();
    }
    return {};
}

inline bool begins(const std::string& text, const std::string& start) {
    return text.rfind(start, 0) == 0;
}
inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A directory of its own that goes with the object.
class Scratch {
public:
    Scratch() {
        char name[] = "/tmp/branchline-config-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return *this / name;
    }

private:
    std::filesystem::path path_;
};

inline std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// docs/examples/branchline-tftpd.conf of the checkout in whose build tree this program is; empty if there is none.
inline std::string example_path() {
    for (auto at = std::filesystem::read_symlink("/proc/self/exe").parent_path(); at.has_relative_path();
         at = at.parent_path()) {
        if (const auto path = at / "docs/examples/branchline-tftpd.conf"; std::filesystem::exists(path)) {
            return path.string();
        }
    }
    return {};
}

}  // namespace config_test
