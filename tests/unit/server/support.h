// What the server's tests share: addresses in short.
#pragma once

#include "tftpd/server/peer.h"

#include <string>

namespace branchline {

inline Peer peer(const std::string& address, std::uint16_t port) {
    return Peer::from(boost::asio::ip::make_address(address), port);
}

}  // namespace branchline
