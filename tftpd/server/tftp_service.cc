#include "tftpd/server/tftp_service.h"

#include "tftpd/base/counters.h"
#include "tftpd/base/letters.h"
#include "tftpd/tftp/fetch_transfer.h"
#include "tftpd/tftp/netascii.h"
#include "tftpd/tftp/transfer_options.h"
#include "tftpd/tftp/window_source.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace branchline {

namespace {

constexpr std::size_t error_room = 64;           // bytes; the texts below are shorter
constexpr std::size_t smallest_datagram = 1500;  // bytes of room for an OACK or a small DATA

tftp::ReadTransferLimits limits_from(const Config& config) {
    tftp::ReadTransferLimits limits;
    limits.resends = config.tftp.max_resends;
    limits.round_trip.floor = config.tftp.min_resend;
    return limits;
}

bool has_mark(const tftp::Request& request) {
    return std::any_of(request.options.begin(), request.options.end(),
                       [](const auto& option) { return same_letters(option.first, tftp::proxy_mark_option); });
}

}  // namespace

TftpService::TftpService(ConfigPtr config, ServiceHooks hooks, Admission& admission, TransferLog& log, Outbox& outbox,
                         std::vector<SocketNumber> transfer_sockets_v4, std::vector<SocketNumber> transfer_sockets_v6,
                         bool single_port, TimePoint now)
    : config_(std::move(config)),
      filter_(config_->interfaces),
      transfer_limits_(limits_from(*config_)),
      hooks_(std::move(hooks)),
      admission_(admission),
      log_(log),
      outbox_(outbox),
      transfer_sockets_v4_(std::move(transfer_sockets_v4)),
      transfer_sockets_v6_(std::move(transfer_sockets_v6)),
      single_port_(single_port),
      table_(now) {}

TftpService::~TftpService() {
    table_.for_each([this](const Session& session) { admission_.release(session.key.phone.client()); });
}

void TftpService::configure(ConfigPtr config) {
    config_ = std::move(config);
    filter_ = InterfaceFilter(config_->interfaces);
    transfer_limits_ = limits_from(*config_);
    memory_.clear();  // it holds the old limits
}

const std::vector<SocketNumber>& TftpService::sockets_for(const Peer& phone) const {
    return phone.is_v4() ? transfer_sockets_v4_ : transfer_sockets_v6_;
}

SocketNumber TftpService::next_socket(const Peer& phone) {
    const auto& sockets = sockets_for(phone);
    return sockets[turn_++ % sockets.size()];
}

std::optional<tftp::Packet> TftpService::packet_for_us(const Incoming& incoming) const {
    // RFC 1123 4.2.3.5: a request to a broadcast address is not answered. Port 0 cannot be answered.
    if (!incoming.unicast || incoming.from.port == 0 || !filter_.accepts(incoming.to.ip(), incoming.to.interface_index)) {
        return std::nullopt;
    }
    auto packet = incoming.truncated ? std::nullopt : tftp::parse(incoming.bytes);
    if (!packet) {
        counters.add(Counter::tftp_malformed);
    }
    return packet;
}

void TftpService::on_listener(const Incoming& incoming, TimePoint now) {
    const auto packet = packet_for_us(incoming);
    if (!packet) {
        return;
    }
    const auto* request = std::get_if<tftp::Request>(&*packet);
    if (request == nullptr && !std::holds_alternative<tftp::BadMode>(*packet)) {
        if (single_port_) {
            if (auto* session = table_.find({incoming.from, incoming.socket})) {
                give_to_transfer(*session, incoming, now);
            }
        }
        return;
    }
    if (!accepting_) {
        return;
    }
    counters.add(Counter::tftp_requests);
    if (incoming.age && *incoming.age > request_valid) {
        counters.add(Counter::tftp_stale);
        return;
    }
    if (request == nullptr) {
        log_.refused(incoming.from, "", "the mode is neither octet nor netascii", now);
        reply_error(next_socket(incoming.from), incoming.from, incoming.to, tftp::ErrorCode::illegal_operation, "Unknown mode");
    } else if (request->write) {
        log_.refused(incoming.from, request->name, "a write request; this server is read-only", now);
        reply_error(next_socket(incoming.from), incoming.from, incoming.to, tftp::ErrorCode::access_violation,
                    "Read-only server");
    } else {
        on_request(incoming, *request, now);
    }
}

void TftpService::on_transfer_socket(const Incoming& incoming, TimePoint now) {
    if (auto* session = table_.find({incoming.from, incoming.socket})) {
        give_to_transfer(*session, incoming, now);
        return;
    }
    const auto packet = packet_for_us(incoming);
    if (!packet) {
        return;
    }
    if (std::holds_alternative<tftp::ErrorPacket>(*packet)) {
        return;  // RFC 1350 section 7: an ERROR is never answered
    }
    counters.add(Counter::tftp_foreign_tid);
    if (told_.may_tell(incoming.from, now)) {
        reply_error(incoming.socket, incoming.from, incoming.to, tftp::ErrorCode::unknown_transfer_id, "Unknown transfer ID");
    }
}

void TftpService::on_request(const Incoming& incoming, const tftp::Request& request, TimePoint now) {
    if (joined(incoming, request, now)) {
        return;
    }
    const auto socket = free_socket(incoming.from, now);
    if (!socket || !may_begin(incoming.from, now)) {
        return;
    }
    auto& session = table_.add({incoming.from, *socket});
    session.local = incoming.to;
    session.name = request.name;
    session.started = session.heard = now;
    session.request.assign(incoming.bytes.begin(), incoming.bytes.end());
    table_.wheel.set(session, now + patience);
    ask(session, request, now);
}

/// The same request once more belongs to the transfer that already runs for it; a second one would send the file twice, and in
/// the worst case to a port that somebody else has meanwhile. A phone that restarted and asks again from the same port is
/// known by the silence before.
bool TftpService::joined(const Incoming& incoming, const tftp::Request& request, TimePoint now) {
    for (const auto socket : sockets_for(incoming.from)) {
        auto* session = table_.find({incoming.from, socket});
        if (session == nullptr || session->name != request.name) {
            continue;
        }
        if (session->answered() && now - session->heard > restart_after) {
            drop(*session, "the phone began anew", now);
            return false;
        }
        counters.add(Counter::tftp_joined);
        session->heard = now;
        if (session->transfer) {
            session->transfer->on_repeated_request(now);
            pump(*session, now);
        }
        return true;
    }
    return false;
}

bool TftpService::may_begin(const Peer& phone, TimePoint now) {
    const auto client = phone.client();
    auto verdict = admission_.admit(client);
    if (verdict == Admission::Verdict::total_limit && table_.oldest_unanswered() != nullptr) {
        drop(*table_.oldest_unanswered(), "made room", now);
        verdict = admission_.admit(client);
    }
    if (verdict == Admission::Verdict::admitted) {
        return true;
    }
    // Silence: whoever asks so much may not be who he says he is, and an answer would only go to the one he names.
    log_.limited(
        phone, verdict == Admission::Verdict::client_limit ? TransferLog::Limit::per_client : TransferLog::Limit::in_all, now);
    return false;
}

/// A socket on which this phone's port has no transfer yet. If it has one on each, the one it neglected longest makes room;
/// but whoever only claims to be the phone must not end a transfer that the real one is taking part in.
std::optional<SocketNumber> TftpService::free_socket(const Peer& phone, TimePoint now) {
    Session* neglected = nullptr;
    for (std::size_t tries = sockets_for(phone).size(); tries > 0; --tries) {
        const auto socket = next_socket(phone);
        auto* session = table_.find({phone, socket});
        if (session == nullptr) {
            return socket;
        }
        const bool may_end = !session->answered() || now - session->heard > restart_after;
        if (may_end && (neglected == nullptr || session->heard < neglected->heard)) {
            neglected = session;
        }
    }
    if (neglected == nullptr) {
        return std::nullopt;
    }
    const auto socket = neglected->key.socket;
    drop(*neglected, "the phone asked for something else", now);
    return socket;
}

void TftpService::ask(Session& session, const tftp::Request& request, TimePoint now) {
    const Question question{std::string(request.name), session.key.phone.ip(), has_mark(request)};
    // The answer may come before resolve() returns, on this thread; then there is no detour. `session` may be gone after that.
    hooks_.resolve(question, [this, key = session.key, id = session.id, now, post = hooks_.post,
                              thread = std::this_thread::get_id()](Answer answer) {
        if (std::this_thread::get_id() == thread) {
            on_answer(key, id, std::move(answer), now);
            return;
        }
        post([this, key, id, later = std::make_shared<Answer>(std::move(answer))] {
            on_answer(key, id, std::move(*later), Clock::now());
        });
    });
}

void TftpService::on_answer(const SessionKey& key, std::uint64_t id, Answer answer, TimePoint now) {
    auto* session = table_.find(key);
    if (session == nullptr || session->id != id || session->transfer) {
        return;  // the phone was given up meanwhile
    }
    session->source = answer.source.empty() ? "none" : answer.source;
    switch (answer.kind) {
        case Answer::Kind::content:
            start(*session, std::move(answer), now);
            return;
        case Answer::Kind::not_found:
            log_.not_found(*session, answer.reason, now);
            reply_error(key.socket, key.phone, session->local, tftp::ErrorCode::file_not_found, "File not found");
            break;
        case Answer::Kind::refused:
            log_.refused(*session, answer.reason, now);
            reply_error(key.socket, key.phone, session->local, tftp::ErrorCode::access_violation,
                        answer.to_phone.empty() ? "Access violation" : answer.to_phone);
            break;
        case Answer::Kind::unavailable:
            log_.unavailable(*session, answer.reason, now);
            reply_error(key.socket, key.phone, session->local, tftp::ErrorCode::undefined, "Not available, try again later");
            break;
    }
    remove(*session);
}

void TftpService::start(Session& session, Answer answer, TimePoint now) {
    session.content = std::move(answer.content);
    const auto packet = tftp::parse(session.request);
    const auto* request = packet ? std::get_if<tftp::Request>(&*packet) : nullptr;
    if (request == nullptr || !session.content) {
        drop(session, "no content", now);  // neither can be: the request was parsed before
        return;
    }
    const bool netascii = request->mode == tftp::Mode::netascii;
    // The encoded size is not known beforehand.
    const auto size = netascii ? std::nullopt : session.content->size();
    tftp::OptionLimits option_limits;
    option_limits.max_block_size = config_->tftp.max_block_size;
    const auto negotiation = tftp::negotiate(request->options, size, option_limits);
    auto source =
        netascii ? tftp::as_netascii(session.content) : tftp::by_windows(session.content, negotiation.options, window_);
    const auto known = memory_.recall(session.key.phone.address, now);
    session.transfer.emplace(std::move(source), negotiation, transfer_limits_,
                             known ? *known : tftp::RoundTrip(transfer_limits_.round_trip), now);
    session.datagram_room = std::max<std::size_t>(smallest_datagram, tftp::data_header_size + negotiation.options.block_size);
    Bytes().swap(session.request);
    pump(session, now);
}

void TftpService::give_to_transfer(Session& session, const Incoming& incoming, TimePoint now) {
    const auto packet = incoming.truncated ? std::nullopt : tftp::parse(incoming.bytes);
    if (!packet) {
        counters.add(Counter::tftp_malformed);
        return;
    }
    session.heard = now;
    if (!session.transfer) {
        if (std::holds_alternative<tftp::ErrorPacket>(*packet)) {
            drop(session, "the phone ended it", now);
        }
        return;
    }
    session.transfer->on_packet(*packet, now);
    if (session.transfer->answered()) {
        table_.mark_answered(session);
    }
    pump(session, now);
}

void TftpService::pump(Session& session, TimePoint now) {
    auto& transfer = *session.transfer;
    while (const auto bytes = transfer.next_datagram(outbox_.room(session.datagram_room), now)) {
        outbox_.send(*bytes, session.key.socket, session.key.phone, session.local);
    }
    window_.forget();
    switch (transfer.state()) {
        case tftp::ReadTransfer::State::running:
            table_.wheel.set(session, transfer.deadline());
            break;
        case tftp::ReadTransfer::State::waiting_for_source:
            wait_for_source(session, now);
            break;
        case tftp::ReadTransfer::State::done:
        case tftp::ReadTransfer::State::failed:
            end(session, now);
            break;
    }
}

void TftpService::wait_for_source(Session& session, TimePoint now) {
    table_.wheel.set(session, now + patience);
    if (session.poke_pending) {
        return;
    }
    session.poke_pending = true;
    session.content->when_more([this, key = session.key, id = session.id, post = hooks_.post] {
        post([this, key, id] { on_source_grew(key, id, Clock::now()); });
    });
    // What came between the read and when_more() is not told by the poke.
    session.transfer->on_source_grew(now);
    if (session.transfer->state() != tftp::ReadTransfer::State::waiting_for_source) {
        pump(session, now);
    }
}

void TftpService::on_source_grew(const SessionKey& key, std::uint64_t id, TimePoint now) {
    auto* session = table_.find(key);
    if (session == nullptr || session->id != id || !session->transfer) {
        return;
    }
    session->poke_pending = false;
    session->transfer->on_source_grew(now);
    pump(*session, now);
}

void TftpService::on_timer(TimePoint now) {
    while (auto* entry = table_.wheel.take_due(now)) {
        auto& session = static_cast<Session&>(*entry);
        if (!session.transfer) {
            drop(session, "no answer was found in time", now);
        } else if (session.transfer->state() == tftp::ReadTransfer::State::waiting_for_source) {
            drop(session, "the file's next bytes did not come in time", now);
        } else {
            session.transfer->on_timer(now);
            pump(session, now);
        }
    }
}

void TftpService::cancel_all(TimePoint now) {
    std::vector<Session*> all;
    all.reserve(table_.size());
    table_.for_each([&all](Session& session) { all.push_back(&session); });
    for (auto* session : all) {
        if (session->answered()) {
            reply_error(session->key.socket, session->key.phone, session->local, tftp::ErrorCode::undefined,
                        "Not available, try again later");
        }
        drop(*session, "the service ends", now);
    }
}

void TftpService::end(Session& session, TimePoint now) {
    log_.ended(session, now);
    if (session.transfer->round_trip().measured()) {
        memory_.remember(session.key.phone.address, session.transfer->round_trip(), now);
    }
    // Its last ACK may still come twice; that is no stranger.
    told_.hush(session.key.phone, now);
    remove(session);
}

void TftpService::drop(Session& session, std::string_view reason, TimePoint now) {
    log_.dropped(session, reason, now);
    told_.hush(session.key.phone, now);
    remove(session);
}

void TftpService::remove(Session& session) {
    admission_.release(session.key.phone.client());
    table_.erase(session);
}

void TftpService::reply_error(SocketNumber socket, const Peer& to, const LocalAddress& from, tftp::ErrorCode code,
                              std::string_view text) {
    outbox_.send(tftp::write_error(outbox_.room(error_room), code, text), socket, to, from);
}

}  // namespace branchline
