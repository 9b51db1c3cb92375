// What the hook tells the daemon about a phone's lease: one datagram an event, never answered, lost when nobody listens.
//
// Format, version 1: UTF-8 text, one "key=value" a line, first line "branchline-event=1"; values are escaped as %XX. Unknown
// keys are passed over, so that a newer hook can talk to an older daemon. At most 2048 bytes.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace branchline::api {

struct LeaseEvent {
    enum class Kind {
        asked,  ///< DISCOVER, SOLICIT: before anything is answered
        seen,   ///< INFORM, Information-request, answered
        offered,
        committed,
        renewed,
        released,
        expired,
        declined,
        elsewhere,  ///< another DHCP server, the one in `servers`, answered, or was chosen by the phone
        held,       ///< nothing happened: the DHCP server has this lease, which the daemon may not know of
        gone,       ///< likewise: it has this lease no more
    };
    Kind kind = Kind::committed;
    unsigned family = 4;                               ///< 4 or 6
    std::optional<std::array<std::uint8_t, 6>> mac{};  ///< from chaddr; IPv6: client link-layer option, relay or DUID
    std::string client_id;                             ///< hexadecimal: client identifier or DUID
    std::string address;                               ///< leased address as text, or empty
    std::uint32_t lifetime = 0;                        ///< seconds
    std::string vendor_class;
    std::uint32_t subnet = 0;          ///< Kea's subnet-id, 0 = none
    std::string relay;                 ///< relay's address as text, or empty
    std::vector<std::string> servers;  ///< TFTP servers that were sent, in order
    std::string why_none;              ///< when none were sent: the reason
};

inline constexpr std::size_t max_event_size = 2048;  ///< bytes

Bytes encode(const LeaseEvent& event);         ///< cut to fit max_event_size
Result<LeaseEvent> decode(ByteView datagram);  ///< never throws; any bytes may come

}  // namespace branchline::api
