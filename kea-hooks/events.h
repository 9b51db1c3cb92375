// Lease events on their way from the packet threads to the daemon.
//
//     packet thread ─► EventQueue (bounded, no lock, no system call) ─► helper thread
//     helper thread ─► one datagram an event (api/lease_event.h), never waiting for a daemon that is not there
//
// A queue that is full drops the event and counts it: DHCP never waits for us.
#pragma once

#include "kea-hooks/address.h"
#include "kea-hooks/parameters.h"
#include "tftpd/api/lease_event.h"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace branchline::hook {

inline constexpr std::size_t max_duid = 130;  ///< bytes (RFC 8415 11.1)

/// One event as the packet thread leaves it: fixed size, filled in place, no pointer into anything of Kea's.
struct EventRecord {
    api::LeaseEvent::Kind kind{};
    Family family = Family::v4;
    bool has_mac = false;
    std::array<std::uint8_t, 6> mac{};
    std::uint8_t client_id_size = 0;
    std::array<std::uint8_t, max_duid> client_id{};
    std::uint8_t vendor_class_size = 0;
    std::array<char, 255> vendor_class{};
    Address address;
    Address relay;
    std::uint32_t lifetime = 0;  ///< seconds
    std::uint32_t subnet = 0;
    std::uint8_t server_count = 0;
    std::array<Address, max_servers> servers;
    std::uint8_t server_duid_size = 0;  ///< if not 0, the one server is known by its DUID alone (chosen_servers.h)
    std::array<std::uint8_t, max_duid> server_duid{};
    const char* why_none = "";  ///< a literal
    std::uint8_t socket_size = 0;
    std::array<char, max_socket_path> socket{};  ///< where to

    void clear();
    void set_mac(std::span<const std::uint8_t> bytes);  ///< ignored unless 6 bytes
    void set_client_id(std::span<const std::uint8_t> bytes);
    void set_vendor_class(std::string_view text);
    void set_servers(std::span<const Address> list);
    void set_server_duid(std::span<const std::uint8_t> bytes);
    void set_socket(std::string_view path);
};

api::LeaseEvent to_event(const EventRecord& record);

/// Many producers, one consumer; bounded; a ring of numbered cells.
class EventQueue {
public:
    static constexpr std::size_t capacity = 512;  ///< events; a power of two

    EventQueue();

    /// Room for one event, or nullptr when full. Fill it and commit() it from the same thread, soon: the consumer waits there.
    EventRecord* begin();
    void commit(EventRecord* record);

    const EventRecord* front();  ///< the consumer's; nullptr when empty
    void pop();

private:
    struct Cell {
        std::atomic<std::size_t> number{0};
        std::size_t position = 0;
        EventRecord record;
    };
    std::unique_ptr<std::array<Cell, capacity>> cells_;
    alignas(64) std::atomic<std::size_t> tail_{0};
    alignas(64) std::size_t head_ = 0;
};

/// Is the socket at `path` one whose process has ended, killed perhaps, and nobody has taken its place? False if there is none.
bool is_abandoned(const std::string& path);

/// Sends datagrams; used by the helper thread alone.
class EventSender {
public:
    EventSender() = default;
    EventSender(const EventSender&) = delete;
    EventSender& operator=(const EventSender&) = delete;
    ~EventSender();

    enum class Outcome { sent, full, nobody };  ///< full: the daemon is there and behind; nobody: it is not
    Outcome send(const EventRecord& record);

private:
    int descriptor_ = -1;
};

}  // namespace branchline::hook
