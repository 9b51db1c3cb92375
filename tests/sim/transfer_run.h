// One seeded transfer from request to end, in virtual time: a server, a client, a network between them.
#pragma once

#include "tests/sim/clients.h"
#include "tests/sim/network.h"
#include "tests/sim/server.h"

#include <cstdint>
#include <string>

namespace branchline::sim {

enum class ClientKind { phone, netascii_phone, timer_phone, fetcher };

struct RunSettings {
    ClientKind client = ClientKind::phone;
    NetworkSettings network;
    ServedFile file;
    tftp::FetchSettings fetch;    ///< for the fetcher
    unsigned phone_retries = 12;  ///< of one packet
};

struct RunResult {
    bool succeeded = false;       ///< the client says so
    bool exact = false;           ///< and has every byte
    Duration elapsed{};           ///< until the client ended
    Duration waited_for_timer{};  ///< of that, until the client's own timer rang
    std::uint64_t data_sent = 0;
    std::uint64_t resent = 0;
    std::string fault;  ///< what must never be; empty = all is well
};

RunResult run(const RunSettings& settings, std::uint64_t seed);

}  // namespace branchline::sim
