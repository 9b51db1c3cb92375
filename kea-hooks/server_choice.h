// Which servers one phone is told, in which order: the setting in force meets the surroundings. Both families go through here.
//
//   listed entries, "auto" resolved ─► double ones dropped ─► order ─► dead ones left out, unless that leaves none
//
// "spread" orders by a hash of phone and address together (highest first). So the order depends on nothing but the phone and
// the set of addresses: two appliances whose lists name each other and whose "auto" differs give one phone the same order, and
// a server that dies moves only its own phones.
#pragma once

#include "kea-hooks/scopes.h"
#include "kea-hooks/surroundings.h"
#include "tftpd/base/bytes.h"

namespace branchline::hook {

/// The packet's side of the choice.
struct Asker {
    int interface = -1;      ///< index of the interface the packet came in on
    Prefix subnet;           ///< the phone's; empty if it has none
    Address packet_address;  ///< where the packet was sent to, if known
    ByteView phone;          ///< what identifies the phone: MAC or DUID
};

/// At most max_servers addresses in order, without a heap.
struct Choice {
    std::array<Address, max_servers> addresses;
    std::size_t count = 0;
    const char* why_none = "";  ///< a literal; when count is 0: "no-servers" or "no-address-on-interface"
    bool withdrawn = false;     ///< at least one dead server was left out

    [[nodiscard]] std::span<const Address> view() const { return {addresses.data(), count}; }
};

void choose_servers(const Setting& setting, Family family, const Asker& asker, const Surroundings& surroundings,
                    Choice& choice);

}  // namespace branchline::hook
