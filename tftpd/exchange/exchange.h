// This box's part in an exchange of clusters and certificates with another one: who is waited for or gone to, whose certificate
// was shown, and how far it is. One at a time, from one command until it is done, has failed, or its time is over; then it
// can be looked at until the next. All on the thread of the io_context.
//
//   offer():  waiting ----(connected)--> unconfirmed --(confirm)--> confirmed --> done
//   go():     connecting --(connected)-->     |                         |
//                 ^                           `------(no, time, line)---+-------> failed
//                 `-- an offer goes on waiting if whoever connected went before he was confirmed
//
// A man in between shows either box a certificate of his own, whose fingerprint is not the one that the other box shows its
// operator. Nothing is confirmed by itself: by the fingerprint as a whole, given with the command or after it was seen.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/exchange/agreement.h"
#include "tftpd/tls/identity.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace branchline {

class Exchange {
public:
    static constexpr std::uint16_t default_port = 6973;  ///< TCP; open while an offer waits
    static constexpr std::size_t max_in_handshake = 8;   ///< who have connected to an offer and not shown a certificate yet
    static constexpr std::size_t max_turned_away = 64;   ///< others than the right box; then an offer ends
    static constexpr std::chrono::seconds connect_limit{10};

    struct Wish {
        tls::IdentityPtr identity;  ///< not null; the first certificate is shown
        exchange::Offer own;
        std::uint16_t port = default_port;
        std::chrono::seconds time_limit{600};
        std::string fingerprint;  ///< that the other box must show, 64 digits; empty = to be confirmed when it is seen
        std::function<Result<bool>(const exchange::Offer&, const IpAddress& other)> check;
        std::function<Result<std::string>(const exchange::Offer&, const IpAddress& other)> take;
    };
    enum class State { none, waiting, connecting, unconfirmed, confirmed, done, failed };
    struct Status {
        State state = State::none;
        std::string text;             ///< what was changed, or why not; while it waits, who went
        std::string own_fingerprint;  ///< what the other box should see
        std::string other;            ///< address; empty = nobody yet
        std::string fingerprint;      ///< what the other box shows; empty = nothing yet
        std::uint16_t port = 0;
        std::chrono::seconds left{0};  ///< until its time is over
    };

    explicit Exchange(boost::asio::io_context& io);
    ~Exchange();  ///< what is under way fails
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    [[nodiscard]] bool is_under_way() const;

    // Only while none is under way. A Failure: nothing was begun.
    Result<bool> offer(Wish wish);
    Result<bool> go(Wish wish, const IpAddress& to);

    /// Our operator has seen this fingerprint on the other box. A Failure if that is not what was shown here.
    Result<bool> confirm(const std::string& fingerprint);
    /// False if none is under way.
    bool cancel();

    [[nodiscard]] Status status() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace branchline
