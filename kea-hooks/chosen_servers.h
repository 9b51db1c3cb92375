// Which other DHCPv6 servers phones choose. A phone names its server by a DUID (RFC 8415 11), which does not say who that is;
// the answer to a look of our own (rogue_probe.h) has the DUID and comes from an address, by which strangers are known.
//
//     a phone names a DUID ─► not known: a look ─► the server answers ─► told, with the phone
//                          └► known by an earlier answer ─────────────► told, with the phone
//
// A server that answers no look is not told of: it is as likely a partner, whose hook passes our looks over. Bounded; time is
// an argument. Used by the helper thread alone.
#pragma once

#include "kea-hooks/address.h"
#include "kea-hooks/events.h"
#include "tftpd/base/bytes.h"

#include <chrono>
#include <map>
#include <vector>

namespace branchline::hook {

class ChosenServers {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::size_t max_servers = 64;
    static constexpr std::size_t max_waiting = 8;               ///< phones for one server's answer
    static constexpr std::size_t max_told = 128;                ///< until they are taken
    static constexpr std::chrono::seconds answer_patience{10};  ///< more than the probe takes to ask twice
    static constexpr std::chrono::hours remembered{1};          ///< whether it answered or not

    /// A phone chose the server that `event` names by its DUID. True: that one is to be looked for.
    [[nodiscard]] bool chosen(const EventRecord& event, TimePoint now);
    /// A server answered a look.
    void answered(ByteView duid, const Address& server, TimePoint now);
    /// What phones chose, with the server's address; each is given once.
    [[nodiscard]] std::vector<EventRecord> take();

private:
    struct Server {
        Address address{};  ///< empty until it answers
        TimePoint since{};  ///< when it was looked for, or answered last
        std::vector<EventRecord> waiting{};
    };
    void forget(TimePoint now);
    void tell(EventRecord event, const Address& server);

    std::map<Bytes, Server> servers_;  ///< by DUID
    std::vector<EventRecord> told_;
};

}  // namespace branchline::hook
