#include "tftpd/console/sessions.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace branchline {
namespace {

std::string random_token() {
    std::array<unsigned char, 32> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::system_error(errno, std::generic_category(), "no random numbers");
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string token;
    for (const auto byte : bytes) {
        token += digits[byte >> 4];
        token += digits[byte & 15];
    }
    return token;
}

}  // namespace

std::string Sessions::open(Role role, TimePoint now) {
    std::erase_if(sessions_, [now](const auto& entry) { return entry.second.over(now); });
    if (sessions_.size() >= max_sessions) {
        sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& left, const auto& right) {
            return left.second.used < right.second.used;
        }));
    }
    auto token = random_token();
    sessions_[token] = {role, now, now};
    return token;
}

std::optional<Role> Sessions::use(const std::string& token, TimePoint now) {
    const auto found = sessions_.find(token);
    if (found == sessions_.end() || found->second.over(now)) {
        return std::nullopt;
    }
    found->second.used = now;
    return found->second.role;
}

bool Sessions::is_open(const std::string& token, TimePoint now) const {
    const auto found = sessions_.find(token);
    return found != sessions_.end() && !found->second.over(now);
}

void Sessions::close(const std::string& token) {
    sessions_.erase(token);
}

void Sessions::close_all_of(Role role) {
    std::erase_if(sessions_, [role](const auto& entry) { return entry.second.role == role; });
}

}  // namespace branchline
