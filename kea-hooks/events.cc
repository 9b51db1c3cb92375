#include "kea-hooks/events.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace branchline::hook {

void EventRecord::clear() {
    // The arrays keep their old bytes: their sizes say what counts, and clearing 2 KB would cost more than the rest.
    has_mac = false;
    client_id_size = 0;
    vendor_class_size = 0;
    address = {};
    relay = {};
    lifetime = 0;
    subnet = 0;
    server_count = 0;
    server_duid_size = 0;
    why_none = "";
    socket_size = 0;
}

void EventRecord::set_mac(std::span<const std::uint8_t> bytes) {
    if (bytes.size() == mac.size()) {
        std::copy(bytes.begin(), bytes.end(), mac.begin());
        has_mac = true;
    }
}

void EventRecord::set_client_id(std::span<const std::uint8_t> bytes) {
    client_id_size = static_cast<std::uint8_t>(std::min(bytes.size(), client_id.size()));
    std::copy_n(bytes.begin(), client_id_size, client_id.begin());
}

void EventRecord::set_vendor_class(std::string_view text) {
    vendor_class_size = static_cast<std::uint8_t>(std::min(text.size(), vendor_class.size()));
    std::copy_n(text.begin(), vendor_class_size, vendor_class.begin());
}

void EventRecord::set_servers(std::span<const Address> list) {
    server_count = static_cast<std::uint8_t>(std::min(list.size(), servers.size()));
    std::copy_n(list.begin(), server_count, servers.begin());
}

void EventRecord::set_server_duid(std::span<const std::uint8_t> bytes) {
    server_duid_size = static_cast<std::uint8_t>(std::min(bytes.size(), server_duid.size()));
    std::copy_n(bytes.begin(), server_duid_size, server_duid.begin());
}

void EventRecord::set_socket(std::string_view path) {
    socket_size = static_cast<std::uint8_t>(std::min(path.size(), socket.size()));
    std::copy_n(path.begin(), socket_size, socket.begin());
}

api::LeaseEvent to_event(const EventRecord& record) {
    constexpr std::string_view digits = "0123456789abcdef";
    api::LeaseEvent event;
    event.kind = record.kind;
    event.family = record.family == Family::v4 ? 4 : 6;
    if (record.has_mac) {
        event.mac = record.mac;
    }
    for (std::size_t i = 0; i < record.client_id_size; ++i) {
        event.client_id.push_back(digits[record.client_id[i] >> 4]);
        event.client_id.push_back(digits[record.client_id[i] & 0xf]);
    }
    event.vendor_class.assign(record.vendor_class.data(), record.vendor_class_size);
    event.address = to_text(record.address);
    event.relay = to_text(record.relay);
    event.lifetime = record.lifetime;
    event.subnet = record.subnet;
    for (std::size_t i = 0; i < record.server_count; ++i) {
        event.servers.push_back(to_text(record.servers[i]));
    }
    event.why_none = record.why_none;
    return event;
}

EventQueue::EventQueue() : cells_(std::make_unique<std::array<Cell, capacity>>()) {
    for (std::size_t i = 0; i < capacity; ++i) {
        (*cells_)[i].number.store(i, std::memory_order_relaxed);
    }
}

// A cell's number says whose turn it is: equal to the position, a producer may fill it; one more, the consumer may read it;
// one round more, it is free for the next round.
EventRecord* EventQueue::begin() {
    auto position = tail_.load(std::memory_order_relaxed);
    for (;;) {
        auto& cell = (*cells_)[position % capacity];
        const auto number = cell.number.load(std::memory_order_acquire);
        if (number == position) {
            if (tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
                cell.position = position;
                cell.record.clear();
                return &cell.record;
            }
        } else if (number < position) {
            return nullptr;
        } else {
            position = tail_.load(std::memory_order_relaxed);
        }
    }
}

void EventQueue::commit(EventRecord* record) {
    auto* bytes = reinterpret_cast<std::byte*>(record);
    auto* cell = reinterpret_cast<Cell*>(bytes - offsetof(Cell, record));
    cell->number.store(cell->position + 1, std::memory_order_release);
}

const EventRecord* EventQueue::front() {
    auto& cell = (*cells_)[head_ % capacity];
    return cell.number.load(std::memory_order_acquire) == head_ + 1 ? &cell.record : nullptr;
}

void EventQueue::pop() {
    (*cells_)[head_ % capacity].number.store(head_ + capacity, std::memory_order_release);
    ++head_;
}

bool is_abandoned(const std::string& path) {
    sockaddr_un to{};
    if (path.empty() || path.size() >= sizeof to.sun_path) {
        return false;
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return false;
    }
    to.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), to.sun_path);
    const bool refused = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno == ECONNREFUSED;
    ::close(descriptor);
    return refused;
}

EventSender::~EventSender() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

EventSender::Outcome EventSender::send(const EventRecord& record) {
    if (record.socket_size == 0) {
        return Outcome::nobody;
    }
    if (descriptor_ < 0) {
        descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (descriptor_ < 0) {
            return Outcome::nobody;
        }
    }
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::copy_n(record.socket.begin(), record.socket_size, to.sun_path);
    const auto datagram = api::encode(to_event(record));
    // Addressed anew each time: the daemon may have come, gone and come again since the last event.
    const auto sent = ::sendto(descriptor_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (sent >= 0) {
        return Outcome::sent;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? Outcome::full : Outcome::nobody;
}

}  // namespace branchline::hook
