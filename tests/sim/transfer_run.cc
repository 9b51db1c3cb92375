#include "tests/sim/transfer_run.h"

#include "tests/unit/tftp/pattern_source.h"

#include <algorithm>
#include <memory>

namespace branchline::sim {
namespace {

constexpr auto longest_run = std::chrono::hours(2);            // virtual time
constexpr auto longest_afterlife = std::chrono::seconds(120);  // in which the server must end by itself

std::unique_ptr<Client> make_client(const RunSettings& settings) {
    if (settings.client == ClientKind::fetcher) {
        return std::make_unique<Fetcher>(settings.fetch, TimePoint{});
    }
    const auto repeated = settings.client == ClientKind::timer_phone ? RepeatedData::passed_over : RepeatedData::acknowledged;
    return std::make_unique<Phone>(settings.client == ClientKind::netascii_phone, settings.phone_retries, repeated);
}

bool is_exact(const Bytes& content, const RunSettings& settings) {
    std::size_t at = 0;
    const auto next_is = [&](std::uint8_t byte) { return at < content.size() && content[at++] == byte; };
    for (std::uint64_t offset = 0; offset < settings.file.size; ++offset) {
        const auto byte = tftp::pattern_byte(offset);
        if (settings.client == ClientKind::netascii_phone && (byte == '\n' || byte == '\r')) {
            if (!next_is('\r') || !next_is(byte == '\n' ? std::uint8_t{'\n'} : std::uint8_t{0})) {
                return false;
            }
        } else if (!next_is(byte)) {
            return false;
        }
    }
    return at == content.size();
}

}  // namespace

RunResult run(const RunSettings& settings, std::uint64_t seed) {
    Network network(settings.network, seed);
    Server server(settings.file, seed ^ 0x5eed);
    const auto client = make_client(settings);
    RunResult result;

    TimePoint now{};
    const Server::Send to_client = [&](std::uint16_t port, ByteView datagram) {
        network.send(Side::client, port, datagram, now);
    };
    const Client::Send to_server = [&](std::uint16_t port, ByteView datagram) {
        network.send(Side::server, port, datagram, now);
    };

    client->start(to_server, now);
    auto end = TimePoint{} + longest_run;
    bool client_ended = false;
    while (now < end && server.fault().empty()) {
        if (client->ended() && !client_ended) {
            client_ended = true;
            result.elapsed = now - TimePoint{};
            end = now + longest_afterlife;
        }
        if (client_ended && !server.busy() && network.next_arrival() == TimePoint::max()) {
            break;
        }
        const auto next = std::min({network.next_arrival(), server.deadline(), client->deadline()});
        if (next == TimePoint::max()) {
            result.fault = "nobody waits for anything, and the transfer has not ended";
            break;
        }
        now = std::max(now, next);
        if (network.next_arrival() <= now) {
            const auto arrival = network.take();
            if (arrival.to == Side::server) {
                server.on_datagram(arrival.server_port, arrival.datagram, to_client, now);
            } else {
                client->on_datagram(arrival.server_port, arrival.datagram, to_server, now);
            }
        }
        if (server.deadline() <= now) {
            server.on_timer(to_client, now);
        }
        if (client->deadline() <= now) {
            client->on_timer(to_server, now);
        }
    }
    result.succeeded = client->succeeded();
    result.exact = result.succeeded && is_exact(client->content(), settings);
    result.waited_for_timer = client->waited_for_timer();
    result.data_sent = server.data_sent();
    result.resent = server.resent();
    if (!server.fault().empty()) {
        result.fault = server.fault();
    } else if (!client_ended) {
        result.fault = "the transfer never ended";
    } else if (server.busy()) {
        result.fault = "the server did not end by itself";
    } else if (result.succeeded && !result.exact) {
        result.fault = "the client has wrong bytes and does not know";
    }
    return result;
}

}  // namespace branchline::sim
