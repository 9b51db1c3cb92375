// The passwords of the console's two accounts, kept as yescrypt hashes (libcrypt, crypt(5)) in a file of its own. There is no
// password until somebody sets one; a file that cannot be read lets nobody in, and is never taken for a first use.
//
// The file is read for every question, so that removing it (a forgotten password) needs no restart. Safe to use from any
// thread.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/console/role.h"

#include <filesystem>
#include <mutex>
#include <string>

namespace branchline {

class Accounts {
public:
    static constexpr std::size_t shortest_password = 10;  ///< bytes
    static constexpr std::size_t longest_password = 256;  ///< bytes

    explicit Accounts(std::filesystem::path file) : file_(std::move(file)) {}

    /// Has no operator's password been set yet?
    [[nodiscard]] bool first_use() const;
    /// Takes some tens of milliseconds, as it must.
    [[nodiscard]] bool is_right(Role role, const std::string& password) const;
    /// The Failure goes to the person who chose the password.
    Result<bool> set_password(Role role, const std::string& password);

private:
    const std::filesystem::path file_;
    std::mutex writing_;  ///< one at a time: a file with one password is read, and written with two
};

}  // namespace branchline
