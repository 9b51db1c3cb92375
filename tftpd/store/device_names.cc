#include "tftpd/store/device_names.h"

#include "tftpd/base/letters.h"
#include "tftpd/store/file_name.h"

#include <algorithm>
#include <initializer_list>

namespace branchline {
namespace {

constexpr std::size_t mac_digits = 12;

std::string digits_of(std::string_view mac) {
    auto digits = to_key(mac);
    std::erase_if(digits, [](char c) { return c == ':' || c == '-' || c == '.'; });
    return digits.size() == mac_digits && std::all_of(digits.begin(), digits.end(), is_lower_hex) ? digits : std::string();
}

/// What an ATA's second port has for a MAC: that of the first without the first two digits, and 01.
std::string second_port(std::string_view digits) {
    return std::string(digits.substr(2)) + "01";
}

void add_configuration(std::vector<std::string>& keys, const std::string& device) {
    for (const auto* suffix : {".cnf.xml", ".cnf.xml.sgn", ".cnf.xml.enc", ".cnf.xml.enc.sgn", ".cnf"}) {
        keys.push_back(device + suffix);
    }
}

}  // namespace

std::vector<std::string> configuration_keys_of_device(std::string_view mac) {
    std::vector<std::string> keys;
    const auto digits = digits_of(mac);
    if (digits.empty()) {
        return keys;
    }
    add_configuration(keys, "sep" + digits);
    add_configuration(keys, "ata" + digits);
    add_configuration(keys, "ata" + second_port(digits));
    return keys;
}

std::vector<std::string> keys_of_device(std::string_view mac) {
    auto keys = configuration_keys_of_device(mac);
    const auto digits = digits_of(mac);
    if (!digits.empty()) {
        for (const auto* prefix : {"ctlsep", "itlsep", "ext_itlsep"}) {
            keys.push_back(prefix + digits + ".tlv");
        }
    }
    return keys;
}

std::string device_of_key(std::string_view key) {
    const auto slash = key.rfind('/');
    const auto last = slash == std::string_view::npos ? key : key.substr(slash + 1);
    for (const std::string_view prefix : {"sep", "ata", "ctlsep", "itlsep", "ext_itlsep"}) {
        if (last.starts_with(prefix) && last.size() >= prefix.size() + mac_digits) {
            if (auto digits = digits_of(last.substr(prefix.size(), mac_digits)); !digits.empty()) {
                return digits;
            }
        }
    }
    return {};
}

bool is_name_of(std::string_view key, std::string_view digits) {
    const auto device = device_of_key(key);
    if (device.empty() || digits.size() != mac_digits) {
        return false;
    }
    const auto slash = key.rfind('/');
    const bool of_an_ata = key.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with("ata");
    return device == digits || (of_an_ata && device == second_port(digits));
}

}  // namespace branchline
