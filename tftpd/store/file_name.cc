#include "tftpd/store/file_name.h"

#include "tftpd/base/letters.h"

#include <algorithm>

namespace branchline {
namespace {

// A whitelist, because whoever else reads the name (a remote server, a shell script over the log) has meanings of its own for
// the rest: '%' and '\' for encodings and other systems' paths, ':' for streams, quotes, pipes and globs for shells.
bool allowed(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        return true;
    }
    return std::string_view("./-_ +,@=~()[]{}!#$&'").find(c) != std::string_view::npos;
}

/// Does `key` begin with `prefix` and 12 hexadecimal digits?
bool has_mac_after(std::string_view prefix, std::string_view key) {
    constexpr std::size_t mac_digits = 12;
    return key.starts_with(prefix) && key.size() >= prefix.size() + mac_digits &&
           std::all_of(key.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                       key.begin() + static_cast<std::ptrdiff_t>(prefix.size() + mac_digits), is_lower_hex);
}

std::string_view last_component(std::string_view key) {
    const auto slash = key.rfind('/');
    return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

}  // namespace

std::string to_key(std::string_view text) {
    return to_lower(text);
}

Result<FileName> FileName::parse(std::string_view wire) {
    if (wire.size() > max_size) {
        return Failure{"the name is longer than 255 bytes"};
    }
    if (!std::all_of(wire.begin(), wire.end(), allowed)) {
        return Failure{"the name has a character that no file name of a phone has"};
    }
    const auto start = wire.find_first_not_of('/');
    if (start == std::string_view::npos) {
        return Failure{"the name is empty"};
    }
    const auto text = wire.substr(start);
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('/', at), text.size());
        const auto component = text.substr(at, end - at);
        if (component.empty() || component == "." || component == "..") {
            return Failure{"the name has an empty, '.' or '..' component"};
        }
        at = end + 1;
    }
    return FileName(std::string(text), to_key(text));
}

bool FileName::names_device() const {
    const auto last = last_component(key_);
    return has_mac_after("sep", last) || has_mac_after("ata", last) || has_mac_after("ctlsep", last) ||
           has_mac_after("itlsep", last) || has_mac_after("ext_itlsep", last);
}

FileName::Kind FileName::kind() const {
    const auto last = last_component(key_);
    const auto plain = without_suffix(without_suffix(last, ".sgn"), ".enc");
    if (plain.ends_with(".tlv") || has_mac_after("ctlsep", last) || has_mac_after("itlsep", last)) {
        return Kind::trust_list;
    }
    if (plain.ends_with(".cnf.xml") || plain.ends_with(".cnf") || has_mac_after("sep", last) || has_mac_after("ata", last)) {
        return Kind::device_config;
    }
    return Kind::common;
}

}  // namespace branchline
