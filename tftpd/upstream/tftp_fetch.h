// Gets one file from one server by TFTP: the thin driver under tftp::FetchTransfer. It owns the socket and the timers; it
// answers for addresses (only packets from the server's own address go in, others are dropped and counted, never answered),
// for a fresh source port a request (source_port.h), and for the fallback to a bare RFC 1350 request when options are refused.
// The socket is never connected: packets from a second port of the server must be seen, since two answers to one request end
// the attempt (threats T7).
#pragma once

#include "tftpd/upstream/attempt.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace branchline {

std::unique_ptr<Attempt> start_tftp_fetch(boost::asio::io_context& io, const RemoteServer& server,
                                          const AttemptSettings& settings, AttemptEvents events);

}  // namespace branchline
