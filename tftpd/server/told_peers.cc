#include "tftpd/server/told_peers.h"

namespace branchline {

bool ToldPeers::may_tell(const Peer& peer, TimePoint now) {
    const auto& place = place_of(peer);
    if (place.used && place.peer == peer && now - place.when < remembered) {
        return false;
    }
    if (now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        told_ = 0;
    }
    if (told_ >= told_a_second) {
        return false;
    }
    ++told_;
    hush(peer, now);
    return true;
}

}  // namespace branchline
