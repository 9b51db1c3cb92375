// How often one may try a password: five wrong ones within a minute from one source (an IPv4 address, an IPv6 /64), then no
// more until that minute is over. Time is an argument.
#pragma once

#include "tftpd/base/clock.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <string>

namespace branchline {

class SignInLimit {
public:
    static constexpr std::size_t failures = 5;
    static constexpr std::chrono::seconds window{60};
    static constexpr std::size_t max_sources = 1024;  ///< beyond them all are refused: who has so many is guessing

    [[nodiscard]] bool allows(const boost::asio::ip::address& from, TimePoint now) {
        forget_old(now);
        const auto known = wrong_.find(source(from));
        return known == wrong_.end() ? wrong_.size() < max_sources : known->second.size() < failures;
    }
    void failed(const boost::asio::ip::address& from, TimePoint now) { wrong_[source(from)].push_back(now); }
    void succeeded(const boost::asio::ip::address& from) { wrong_.erase(source(from)); }

private:
    static std::string source(const boost::asio::ip::address& from) {
        if (from.is_v4()) {
            return from.to_string();
        }
        const auto bytes = from.to_v6().to_bytes();
        return {bytes.begin(), bytes.begin() + 8};
    }

    void forget_old(TimePoint now) {
        std::erase_if(wrong_, [now](auto& entry) {
            std::erase_if(entry.second, [now](TimePoint at) { return now - at >= window; });
            return entry.second.empty();
        });
    }

    std::map<std::string, std::deque<TimePoint>> wrong_;
};

}  // namespace branchline
