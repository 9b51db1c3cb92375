#include "tests/sim/network.h"

#include <algorithm>
#include <utility>

namespace branchline::sim {

void Network::send(Side to, std::uint16_t server_port, ByteView datagram, TimePoint now) {
    if (!random_.happens(settings_.loss)) {
        put(to, server_port, datagram, now);
    }
    if (random_.happens(settings_.duplicate)) {
        put(to, server_port, datagram, now);
    }
}

void Network::put(Side to, std::uint16_t server_port, ByteView datagram, TimePoint now) {
    const auto spread = static_cast<std::uint64_t>((settings_.most_delay - settings_.least_delay).count());
    auto at = now + settings_.least_delay + Duration(static_cast<Duration::rep>(random_.between(0, spread)));
    auto& last = to == Side::server ? last_to_server_ : last_to_client_;
    at = last = std::max(at, last);
    if (random_.happens(settings_.reorder)) {
        at += Duration(static_cast<Duration::rep>(random_.between(0, static_cast<std::uint64_t>(settings_.held_back.count()))));
    }
    on_its_way_.push({at, sent_++, to, server_port, Bytes(datagram.begin(), datagram.end())});
}

TimePoint Network::next_arrival() const {
    return on_its_way_.empty() ? TimePoint::max() : on_its_way_.top().at;
}

Arrival Network::take() {
    auto arrival = on_its_way_.top();
    on_its_way_.pop();
    return arrival;
}

}  // namespace branchline::sim
