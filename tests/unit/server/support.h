// What the server's tests share: addresses in short, and a log that is there but silent (Kea's loggers refuse to work before
// they were started).
#pragma once

#include "tftpd/server/peer.h"

#include <log/logger_support.h>

#include <string>

namespace branchline {

inline Peer peer(const std::string& address, std::uint16_t port) {
    return Peer::from(boost::asio::ip::make_address(address), port);
}

inline void silence_log() {
    if (!isc::log::isLoggingInitialized()) {
        isc::log::initLogger("unit", isc::log::NONE, 0, nullptr);
    }
}

}  // namespace branchline
