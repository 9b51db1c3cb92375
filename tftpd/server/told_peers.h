// Strangers who were told ERROR 5 lately, and phones whose transfer has just ended: at most one ERROR 5 goes to a source
// port (threats.md T6), and none to a phone whose last packets were merely duplicated by the network. A fixed table; when two
// fall into one place the later one stands, so it forgets, but never grows. How many are told in a second is bounded too.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/server/peer.h"

#include <array>

namespace branchline {

class ToldPeers {
public:
    static constexpr std::size_t places = 2048;
    static constexpr Duration remembered = std::chrono::seconds(60);
    static constexpr unsigned told_a_second = 200;

    /// May this stranger be told? Says yes once, then remembers it.
    [[nodiscard]] bool may_tell(const Peer& peer, TimePoint now);

    /// Nothing is to be told to this one for a while.
    void hush(const Peer& peer, TimePoint now) { place_of(peer) = {peer, now, true}; }

private:
    struct Place {
        Peer peer{};
        TimePoint when{};
        bool used = false;
    };
    [[nodiscard]] Place& place_of(const Peer& peer) { return places_[PeerHash{}(peer) % places]; }
    std::array<Place, places> places_{};
    TimePoint second_began_{};
    unsigned told_ = 0;
};

}  // namespace branchline
