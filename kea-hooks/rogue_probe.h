// Looks for other DHCP servers on the links that Kea serves: asks at the start and then every `interval`, and with IPv4 hears,
// too, what others answer to hosts by broadcast.
//
//   IPv4   a packet socket a link, for UDP to port 68: an answer of a server whose subnet is not ours, as that of a home
//   router, would not
//          pass the kernel's look at its source address
//   IPv6   a UDP socket a link, port 546: the ADVERTISE comes to us alone
//
// Who is a stranger is the caller's to know. Used by the helper thread alone; nothing here waits.
#pragma once

#include "kea-hooks/address.h"
#include "kea-hooks/probe_messages.h"
#include "kea-hooks/surroundings.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace branchline::hook {

class RogueProbe {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds asked_again{4};  ///< once, since a message may get lost
    static constexpr int max_links = 64;
    static constexpr int max_heard = 64;  ///< messages of a link in one look

    explicit RogueProbe(Family family) : family_(family) {}
    RogueProbe(const RogueProbe&) = delete;
    RogueProbe& operator=(const RogueProbe&) = delete;
    ~RogueProbe();

    struct Heard {
        Address server;
        Bytes duid{};  ///< of the server, with IPv6
    };
    /// The next look() asks, whenever it is due otherwise.
    void hurry();
    /// About once a second. `interfaces` as in Kea's "interfaces-config"; an interval of 0 seconds closes all. Returns whoever
    /// answered since the last time, known servers among them.
    std::vector<Heard> look(const std::vector<std::string>& interfaces, std::chrono::seconds interval,
                            const InterfaceMap& addresses, TimePoint now);

private:
    struct Link {
        int descriptor = -1;
        ProbeMac mac{};
        std::uint32_t transaction = 0;
        TimePoint next_round{};
        TimePoint again{};  ///< when to ask once more in this round; zero: not any more
    };

    void follow(const std::vector<std::string>& interfaces, const InterfaceMap& addresses);
    [[nodiscard]] bool open(Link& link, int interface, const char* name) const;
    bool ask(Link& link, int interface) const;  ///< false: it could not be sent, as while an address is tentative
    void hear(const Link& link, std::vector<Heard>& heard) const;
    void close_all();

    const Family family_;
    std::map<int, Link> links_;  ///< by the interface's index
};

}  // namespace branchline::hook
