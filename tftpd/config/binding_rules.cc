#include "tftpd/config/binding_rules.h"

#include "tftpd/base/decimal.h"
#include "tftpd/base/letters.h"
#include "tftpd/config/config.h"
#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"
#include "tftpd/config/value_text.h"

#include <optional>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;

constexpr std::size_t maximum_entry = 64;  // characters; an IPv6 prefix has at most 43
constexpr std::size_t mac_digits = 12;
constexpr std::string_view way_out =
    "an entry is an address (\"192.0.2.7\"), a prefix (\"2001:db8:1::/64\") or a MAC address (\"00:11:22:33:44:55\"). Write "
    "one "
    "of these.";

/// The MAC's digits in lower case, if it is one: six pairs with ':' or '-' between them, or none.
std::optional<std::string> mac_of(std::string_view text) {
    const bool separated = text.size() == mac_digits + 5;
    if (!separated && text.size() != mac_digits) {
        return std::nullopt;
    }
    std::string digits;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = to_lower(text[at]);
        if (separated && at % 3 == 2) {
            if (c != ':' && c != '-') {
                return std::nullopt;
            }
        } else if (is_lower_hex(c)) {
            digits += c;
        } else {
            return std::nullopt;
        }
    }
    return digits;
}

AddressPrefix prefix_of(const std::string& text, const Position& where) {
    const auto slash = text.find('/');
    boost::system::error_code error;
    const auto written = boost::asio::ip::make_address(text.substr(0, slash), error);
    if (error || (written.is_v6() && written.to_v6().scope_id() != 0)) {
        throw ConfigError(
            where, shown(text) + " of \"device-binding-allow\" is none of what may stand there; " + std::string(way_out));
    }
    const auto one = unmapped(written);
    const unsigned most = one.is_v4() ? 32 : 128;
    unsigned length = most;
    if (slash != std::string::npos) {
        const auto behind = decimal<unsigned>(std::string_view(text).substr(slash + 1));
        if (!behind || *behind > most) {
            throw ConfigError(where, shown(text) +
                                         " of \"device-binding-allow\" has a prefix length that is none; it is 0 to " +
                                         std::to_string(most) + ". Correct it.");
        }
        length = *behind;
    }
    auto prefix = AddressPrefix::of(one, length);
    if (prefix.network != one) {
        throw ConfigError(where, shown(text) +
                                     " of \"device-binding-allow\" has bits behind its prefix length; the prefix is \"" +
                                     prefix.network.to_string() + "/" + std::to_string(length) +
                                     "\". Write that, or the address without a length.");
    }
    return prefix;
}

}  // namespace

BindingAllowed read_binding_allowed(const std::vector<ConstElementPtr>& entries) {
    BindingAllowed allowed;
    for (const auto& entry : entries) {
        const auto text = checked_text(*entry, "an entry of \"device-binding-allow\"", 1, maximum_entry);
        if (auto mac = mac_of(text)) {
            allowed.devices.insert(*std::move(mac));
        } else {
            allowed.prefixes.push_back(prefix_of(text, position_of(*entry)));
        }
    }
    return allowed;
}

}  // namespace branchline
