// Trust lists of our own, for phones that no Unified CM looks after: ITLFile.tlv and CTLFile.tlv, made of certificates and what
// each is trusted with, in the order of elements that Cisco's lists have (trust_list.h). What phones would not load or not
// believe is refused here, with the reason.
#pragma once

#include "tftpd/trust/signer.h"
#include "tftpd/trust/trust_list.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace branchline::trust {

enum class ListKind : std::uint8_t { itl, ctl };
inline constexpr std::array<ListKind, 2> list_kinds{ListKind::itl, ListKind::ctl};

/// "ITLFile.tlv", "CTLFile.tlv": what a list is signed as, under whatever name a phone asks.
std::string_view file_name_of(ListKind kind);

struct ListEntry {
    Role role{};
    Certificate certificate;
    std::string host;  ///< DNSNAME: the server's name or address; empty = none, as for keys that are no server's
    std::optional<std::array<std::uint8_t, 4>> address{};  ///< IPADDRESS
};

struct ListWish {
    static constexpr std::size_t max_sast = 2;           ///< keys that may sign lists
    static constexpr unsigned max_rsa_bits = 2048;       ///< of any key in a list
    static constexpr std::size_t max_file = 64u << 10;   ///< bytes; phones load no more
    static constexpr std::size_t max_host = 255;         ///< characters
    static constexpr std::uint8_t max_signer_minor = 1;  ///< of SIGNERVERSION 1.x

    ListKind kind = ListKind::itl;
    std::vector<ListEntry> entries;
    /// Of SIGNERVERSION 1.x, which an ITL alone has: from 1.1 on phones fetch their configuration by HTTPS 6971 first.
    std::uint8_t signer_minor = 0;
    Digest digest = Digest::sha1;
    WallTime time;
};

/// The list, signed by `signer`, whose certificate must be an entry with the role SAST.
Result<Bytes> build_list(const Signer& signer, const ListWish& wish);

/// May phones that have the list `before` be given `next`? They take it only if its signer may sign lists by the one they have,
/// and the signer of `before` must stay, so that a change of keys can be taken back. A Failure says what to do first.
Result<bool> check_change(const TrustList& before, const TrustList& next);

}  // namespace branchline::trust
