// The interfaces' addresses as they are now, from the kernel (rtnetlink(7)) and not from Kea's snapshot, which stays as it was
// when Kea was last configured.
//
// One rule keeps it simple: any news (an address came, went or changed its flags; an interface did) only means "ask again", and
// the answer to a whole dump replaces the map. Lost news (ENOBUFS) means the same. AddressDump is the sans-IO part: bytes from
// the kernel in, map out.
#pragma once

#include "kea-hooks/surroundings.h"
#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <chrono>
#include <cstdint>

namespace branchline::hook {

/// Reads netlink datagrams.
class AddressDump {
public:
    /// A new dump with this sequence number was asked for; what was gathered is dropped.
    void begin(std::uint32_t sequence);

    enum class Outcome { nothing, news, done, failed };
    /// One datagram. `news`: something changed, ask again. `done`: the dump is complete, take() it. `failed`: the kernel
    /// refused or was interrupted by a change (NLM_F_DUMP_INTR); ask again.
    Outcome feed(ByteView datagram);

    [[nodiscard]] InterfaceMap take();

private:
    void add(ByteView message);

    std::uint32_t sequence_ = 0;
    bool interrupted_ = false;
    InterfaceMap gathered_;
};

/// The socket. Used by one thread.
class InterfaceWatch {
public:
    InterfaceWatch() = default;
    InterfaceWatch(const InterfaceWatch&) = delete;
    InterfaceWatch& operator=(const InterfaceWatch&) = delete;
    ~InterfaceWatch();

    Result<bool> open();                                          ///< and asks for the first dump
    [[nodiscard]] int descriptor() const { return descriptor_; }  ///< readable when handle_input() has work; -1 before open()

    /// Reads what is there, at most a bounded number of datagrams. True: addresses() has a new map.
    bool handle_input();
    void ask_again();
    [[nodiscard]] const InterfaceMap& addresses() const { return addresses_; }

private:
    int descriptor_ = -1;
    std::uint32_t sequence_ = 0;
    bool asking_ = false;  ///< a dump is under way
    bool stale_ = false;   ///< news came during it
    AddressDump dump_;
    InterfaceMap addresses_;
};

}  // namespace branchline::hook
