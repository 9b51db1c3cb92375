#include "tftpd/api/lease_event.h"

#include "tftpd/base/decimal.h"
#include "tftpd/base/letters.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace branchline::api {
namespace {

constexpr std::string_view first_line = "branchline-event=1";
constexpr std::size_t max_servers_read = 64;  ///< read from one event
constexpr std::size_t max_value_size = 1024;  ///< bytes of one value, before escaping

constexpr std::array<std::pair<LeaseEvent::Kind, std::string_view>, 11> kinds{{
    {LeaseEvent::Kind::asked, "asked"},
    {LeaseEvent::Kind::seen, "seen"},
    {LeaseEvent::Kind::offered, "offered"},
    {LeaseEvent::Kind::committed, "committed"},
    {LeaseEvent::Kind::renewed, "renewed"},
    {LeaseEvent::Kind::released, "released"},
    {LeaseEvent::Kind::expired, "expired"},
    {LeaseEvent::Kind::declined, "declined"},
    {LeaseEvent::Kind::elsewhere, "elsewhere"},
    {LeaseEvent::Kind::held, "held"},
    {LeaseEvent::Kind::gone, "gone"},
}};

constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_plain(unsigned char byte) {
    return byte > 0x20 && byte < 0x7f && byte != '%' && byte != ',';
}

std::string percent_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text.substr(0, max_value_size)) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain(byte)) {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back(hex_digits[byte >> 4]);
            out.push_back(hex_digits[byte & 0xf]);
        }
    }
    return out;
}

int digit(char c) {
    const auto at = hex_digits.find(to_lower(c));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// A broken escape stands for itself: an event is better read in part than lost.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string mac_text(const std::array<std::uint8_t, 6>& mac) {
    std::string out;
    for (const std::uint8_t byte : mac) {
        if (!out.empty()) {
            out.push_back(':');
        }
        out.push_back(hex_digits[byte >> 4]);
        out.push_back(hex_digits[byte & 0xf]);
    }
    return out;
}

std::optional<std::array<std::uint8_t, 6>> parse_mac(std::string_view text) {
    std::array<std::uint8_t, 6> mac{};
    if (text.size() != 17) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < 6; ++i) {
        const int high = digit(text[i * 3]);
        const int low = digit(text[i * 3 + 1]);
        if (high < 0 || low < 0 || (i < 5 && text[i * 3 + 2] != ':')) {
            return std::nullopt;
        }
        mac[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return mac;
}

bool parse_number(std::string_view text, std::uint32_t& number) {
    const auto parsed = decimal<std::uint32_t>(text);
    number = parsed.value_or(number);
    return parsed.has_value();
}

/// Adds lines while they fit, whole lines only.
class Writer {
public:
    void add(std::string_view key, std::string_view value) {
        if (value.empty() || out_.size() + key.size() + value.size() + 2 > max_event_size) {
            return;
        }
        out_.append(key).append("=").append(value).append("\n");
    }
    /// Adds as much of the list as fits.
    void add_list(std::string_view key, const std::vector<std::string>& values) {
        std::string joined;
        for (const auto& value : values) {
            const auto item = percent_escaped(value);
            if (out_.size() + key.size() + joined.size() + item.size() + 3 > max_event_size) {
                break;
            }
            joined += (joined.empty() ? "" : ",") + item;
        }
        add(key, joined);
    }
    [[nodiscard]] Bytes take() const { return {out_.begin(), out_.end()}; }

private:
    std::string out_ = std::string(first_line) + "\n";
};

/// False when a value that must be right is not.
bool take_line(LeaseEvent& event, std::string_view key, std::string_view value, bool& has_kind) {
    if (key == "kind") {
        const auto* known = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.second == value; });
        if (known == kinds.end()) {
            return false;
        }
        event.kind = known->first;
        has_kind = true;
    } else if (key == "family") {
        if (value != "4" && value != "6") {
            return false;
        }
        event.family = value == "4" ? 4 : 6;
    } else if (key == "mac") {
        event.mac = parse_mac(value);
        return event.mac.has_value();
    } else if (key == "client-id") {
        event.client_id = unescaped(value);
    } else if (key == "address") {
        event.address = unescaped(value);
    } else if (key == "lifetime") {
        return parse_number(value, event.lifetime);
    } else if (key == "vendor-class") {
        event.vendor_class = unescaped(value);
    } else if (key == "subnet") {
        return parse_number(value, event.subnet);
    } else if (key == "relay") {
        event.relay = unescaped(value);
    } else if (key == "servers") {
        while (!value.empty() && event.servers.size() < max_servers_read) {
            const auto comma = value.find(',');
            event.servers.push_back(unescaped(value.substr(0, comma)));
            value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
        }
    } else if (key == "why-none") {
        event.why_none = unescaped(value);
    }
    return true;
}

}  // namespace

Bytes encode(const LeaseEvent& event) {
    Writer writer;
    for (const auto& [kind, name] : kinds) {
        if (kind == event.kind) {
            writer.add("kind", name);
        }
    }
    writer.add("family", event.family == 6 ? "6" : "4");
    if (event.mac) {
        writer.add("mac", mac_text(*event.mac));
    }
    writer.add("address", percent_escaped(event.address));
    writer.add("client-id", percent_escaped(event.client_id));
    writer.add("lifetime", event.lifetime == 0 ? "" : std::to_string(event.lifetime));
    writer.add("subnet", event.subnet == 0 ? "" : std::to_string(event.subnet));
    writer.add("relay", percent_escaped(event.relay));
    writer.add("why-none", percent_escaped(event.why_none));
    writer.add_list("servers", event.servers);
    writer.add("vendor-class", percent_escaped(event.vendor_class));  // last: the longest, and the first to be cut
    return writer.take();
}

Result<LeaseEvent> decode(ByteView datagram) {
    if (datagram.size() > max_event_size) {
        return Failure{"an event longer than 2048 bytes"};
    }
    auto rest = as_text(datagram);
    const auto next_line = [&rest] {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        return line;
    };
    if (next_line() != first_line) {
        return Failure{"not a lease event of version 1"};
    }
    LeaseEvent event;
    bool has_kind = false;
    while (!rest.empty()) {
        const auto line = next_line();
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            return Failure{"a line without \"=\""};
        }
        if (!take_line(event, line.substr(0, equals), line.substr(equals + 1), has_kind)) {
            return Failure{"a wrong value of \"" + escaped(line.substr(0, equals), 32) + "\""};
        }
    }
    if (!has_kind) {
        return Failure{"an event without its kind"};
    }
    return event;
}

}  // namespace branchline::api
