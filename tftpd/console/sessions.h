// Who is signed in: random tokens, each good for half an hour without use and for twelve hours at most. Time is an argument.
// They are lost with the process: whoever was signed in signs in again.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/console/role.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace branchline {

class Sessions {
public:
    static constexpr std::chrono::minutes idle_limit{30};
    static constexpr std::chrono::hours longest{12};
    static constexpr std::size_t max_sessions = 64;  ///< the one that was unused for longest goes

    /// The token: 256 random bits as hexadecimal digits.
    std::string open(Role role, TimePoint now);
    /// Counts as use.
    std::optional<Role> use(const std::string& token, TimePoint now);
    [[nodiscard]] bool is_open(const std::string& token, TimePoint now) const;  ///< does not count as use
    void close(const std::string& token);
    void close_all_of(Role role);

private:
    struct Session {
        Role role;
        TimePoint began;
        TimePoint used;
        [[nodiscard]] bool over(TimePoint now) const { return now - used >= idle_limit || now - began >= longest; }
    };
    std::map<std::string, Session> sessions_;
};

}  // namespace branchline
