// A network in virtual time that loses, doubles, delays and reorders datagrams as its seed says. No socket, no clock: whoever
// runs it takes the next arrival and moves time there.
#pragma once

#include "tests/sim/random.h"
#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"

#include <cstdint>
#include <queue>
#include <vector>

namespace branchline::sim {

struct NetworkSettings {
    unsigned loss = 0;                                      ///< percent, each way
    unsigned duplicate = 0;                                 ///< percent
    unsigned reorder = 0;                                   ///< percent of datagrams that are held back
    Duration least_delay = std::chrono::microseconds(300);  ///< one way
    Duration most_delay = std::chrono::microseconds(900);
    Duration held_back = std::chrono::milliseconds(5);  ///< at most this much longer on the way
};

enum class Side { server, client };

struct Arrival {
    TimePoint at;
    std::uint64_t order = 0;  ///< of sending, so that equal times have one order
    Side to = Side::server;
    std::uint16_t server_port = 0;  ///< the server's port, from or to
    Bytes datagram;
};

class Network {
public:
    Network(const NetworkSettings& settings, std::uint64_t seed) : settings_(settings), random_(seed) {}

    void send(Side to, std::uint16_t server_port, ByteView datagram, TimePoint now);
    [[nodiscard]] TimePoint next_arrival() const;  ///< TimePoint::max() = nothing is on its way
    Arrival take();

private:
    struct Later {
        bool operator()(const Arrival& left, const Arrival& right) const {
            return left.at != right.at ? left.at > right.at : left.order > right.order;
        }
    };
    void put(Side to, std::uint16_t server_port, ByteView datagram, TimePoint now);

    NetworkSettings settings_;
    Random random_;
    std::uint64_t sent_ = 0;
    TimePoint last_to_server_{};  ///< arrival of the last datagram that was not held back: a link keeps the order
    TimePoint last_to_client_{};
    std::priority_queue<Arrival, std::vector<Arrival>, Later> on_its_way_;
};

}  // namespace branchline::sim
