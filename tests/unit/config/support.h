// What the tests of the configuration share: a made-up machine, errors as text, the shipped example.
#pragma once

#include "tests/unit/scratch.h"
#include "tftpd/config/config_reader.h"

#include <filesystem>
#include <functional>
#include <string>

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

using branchline::test::Scratch;

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
