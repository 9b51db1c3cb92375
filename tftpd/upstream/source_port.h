// The local port of a TFTP request to a remote server. It is all that an attacker off the path has to guess (threats T7), so
// every request gets a fresh one from the kernel, which draws it at random from its ephemeral range, and none comes again
// within a minute: a late or forged answer to an earlier request finds nobody.
#pragma once

#include "tftpd/base/clock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <bitset>
#include <chrono>
#include <cstdint>

namespace branchline {

/// Ports used lately, in two generations of 64 Ki bits: bounded by construction, and a port is remembered for one to two
/// lifetimes.
class RecentPorts {
public:
    static constexpr std::chrono::seconds lifetime{60};

    [[nodiscard]] bool contains(std::uint16_t port, TimePoint now);
    void add(std::uint16_t port, TimePoint now);

private:
    void age(TimePoint now);

    std::bitset<65536> young_;
    std::bitset<65536> old_;
    TimePoint young_since_{};
};

/// An open, non-blocking UDP socket of `family` on a port that was not used lately on this io_context, not connected, with
/// ICMP errors reported (IP_RECVERR, ip(7)) so that a closed port is noticed at once. On failure `error` says why.
boost::asio::ip::udp::socket open_request_socket(boost::asio::io_context& io, const boost::asio::ip::udp& family,
                                                 boost::system::error_code& error);

/// Takes the reports of ICMP errors off a socket's error queue, where they would otherwise pile up. What they say has already
/// come as the error of a receive or send.
void drain_error_queue(boost::asio::ip::udp::socket& socket);

}  // namespace branchline
