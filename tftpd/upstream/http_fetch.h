// Gets one file from one server by HTTP/1.1 (CUCM's port 6970): the thin driver around HttpAnswer, which judges the response.
// It owns the connection and the timers: connecting within the caller's patience, the head within one stall window of the
// connection, and then Progress. 503 is asked again a few times, each on a new connection, before it counts as broken.
//
// One connection a fetch, as CUCM's phones do it. Nothing is redirected, reused or compressed.
#pragma once

#include "tftpd/upstream/attempt.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace branchline {

std::unique_ptr<Attempt> start_http_fetch(boost::asio::io_context& io, const RemoteServer& server,
                                          const AttemptSettings& settings, AttemptEvents events);

}  // namespace branchline
