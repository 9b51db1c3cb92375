#include "tftpd/console/accounts.h"

#include "tftpd/base/replace_file.h"
#include "tftpd/config/json_text.h"
#include "tftpd/log/log.h"

#include "console_messages.h"

#include <crypt.h>

#include <array>
#include <memory>
#include <system_error>

namespace branchline {
namespace {

using isc::data::Element;
using isc::data::ElementPtr;

constexpr char scheme[] = "$y$";  // yescrypt, with libcrypt's cost of the day

std::string hashed(const std::string& password, const std::string& setting) {
    const auto work = std::make_unique<crypt_data>();  // 32 KiB
    const char* const hash = ::crypt_r(password.c_str(), setting.c_str(), work.get());
    return hash == nullptr || *hash == '*' ? std::string() : hash;
}

// In a time that tells nothing of where they differ.
bool same(const std::string& left, const std::string& right) {
    unsigned differ = left.size() == right.size() ? 0 : 1;
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
        differ |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
    }
    return differ == 0;
}

/// Null if there is no file. Throws ConfigError for one that is none of ours.
ElementPtr read(const std::filesystem::path& file) {
    std::error_code unknown;
    if (!std::filesystem::exists(file, unknown) && !unknown) {
        return nullptr;
    }
    return read_json_file(file.string());
}

std::string hash_of(const std::filesystem::path& file, Role role) {
    const auto accounts = read(file);
    const auto hash = accounts ? accounts->get(std::string(name_of(role))) : nullptr;
    return hash && hash->getType() == Element::string ? hash->stringValue() : std::string();
}

}  // namespace

bool Accounts::first_use() const {
    try {
        return hash_of(file_, Role::operator_).empty();
    } catch (const std::exception& error) {
        LOG_ERROR(http_logger, CONSOLE_ACCOUNTS_UNREADABLE).arg(file_.string()).arg(error.what());
        return false;
    }
}

bool Accounts::is_right(Role role, const std::string& password) const {
    try {
        const auto hash = hash_of(file_, role);
        return !hash.empty() && password.size() <= longest_password && same(hashed(password, hash), hash);
    } catch (const std::exception& error) {
        LOG_ERROR(http_logger, CONSOLE_ACCOUNTS_UNREADABLE).arg(file_.string()).arg(error.what());
        return false;
    }
}

Result<bool> Accounts::set_password(Role role, const std::string& password) {
    if (password.size() < shortest_password || password.size() > longest_password || password.find('\0') != std::string::npos) {
        return Failure{"A password has " + std::to_string(shortest_password) + " to " + std::to_string(longest_password) +
                       " characters."};
    }
    try {
        std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
        if (::crypt_gensalt_rn(scheme, 0, nullptr, 0, setting.data(), static_cast<int>(setting.size())) == nullptr) {
            return Failure{"The system's libcrypt has no yescrypt; the password was not set."};
        }
        const auto hash = hashed(password, setting.data());
        if (hash.empty()) {
            return Failure{"The password could not be hashed (is memory short?); it was not set."};
        }
        const std::lock_guard lock(writing_);
        auto accounts = read(file_);
        if (!accounts) {
            accounts = Element::createMap();
            std::filesystem::create_directories(file_.parent_path());
        }
        accounts->set(std::string(name_of(role)), Element::create(hash));
        const auto written = replace_file(file_, accounts->str() + '\n', 0600);
        return written ? Result<bool>(true) : Result<bool>(written.error());
    } catch (const std::exception& error) {
        return Failure{std::string("The password was not set: ") + error.what()};
    }
}

}  // namespace branchline
