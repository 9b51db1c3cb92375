// The transfers of one thread: found by (our socket, the phone's address, the phone's port), looked at when their deadline
// comes, and kept in the order of their beginning as long as the phone has not answered, since those make room first
// (threats.md T5). Pure: no socket, no clock.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/server/datagram.h"
#include "tftpd/server/deadline_wheel.h"
#include "tftpd/store/content.h"
#include "tftpd/tftp/read_transfer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace branchline {

struct SessionKey {
    Peer phone;
    SocketNumber socket = 0;
    bool operator==(const SessionKey&) const = default;
};

struct SessionKeyHash {
    std::size_t operator()(const SessionKey& key) const { return PeerHash{}(key.phone) ^ (key.socket * 0x9e3779b97f4a7c15ull); }
};

/// One request: first waiting for the resolver's answer, then a transfer. It holds no buffers; what is sent again is read
/// again.
class Session : public DeadlineWheel::Entry {
public:
    Session(const SessionKey& session_key, std::uint64_t session_id) : key(session_key), id(session_id) {}

    const SessionKey key;
    const std::uint64_t id;  ///< never used twice by one thread, as a key may be
    LocalAddress local;      ///< the address that was asked
    std::string name;        ///< as it came from the wire
    Bytes request;           ///< the request's datagram, until the answer is there
    std::string source;      ///< for the log: where the bytes come from
    ContentPtr content;
    std::optional<tftp::ReadTransfer> transfer;  ///< nothing: waiting for the resolver
    TimePoint started{};
    TimePoint heard{};              ///< when the phone last sent something
    std::size_t datagram_room = 0;  ///< bytes; the largest datagram of this transfer
    bool poke_pending = false;      ///< the content will tell when it has grown

    [[nodiscard]] bool answered() const { return transfer && transfer->answered(); }

private:
    friend class SessionTable;
    Session* older_ = nullptr;
    Session* newer_ = nullptr;
    bool in_unanswered_ = false;
};

class SessionTable {
public:
    explicit SessionTable(TimePoint start) : wheel(start) {}

    [[nodiscard]] Session* find(const SessionKey& key);

    /// The key must be free. The session counts as unanswered until mark_answered().
    Session& add(const SessionKey& key);
    void mark_answered(Session& session);
    void erase(Session& session);

    [[nodiscard]] Session* oldest_unanswered() { return oldest_; }
    [[nodiscard]] std::size_t size() const { return sessions_.size(); }

    template <typename Visit>
    void for_each(Visit visit) const {
        for (const auto& [key, session] : sessions_) {
            visit(*session);
        }
    }

    DeadlineWheel wheel;

private:
    std::unordered_map<SessionKey, std::unique_ptr<Session>, SessionKeyHash> sessions_;
    Session* oldest_ = nullptr;
    Session* newest_ = nullptr;
    std::uint64_t last_id_ = 0;
};

}  // namespace branchline
