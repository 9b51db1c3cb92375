#include "tftpd/resolve/firmware_set.h"

#include "tftpd/store/file_name.h"

#include <algorithm>
#include <array>

namespace branchline {
namespace {

constexpr std::size_t shortest_name = 5;
constexpr std::size_t longest_name = 128;
constexpr std::array<std::string_view, 12> endings{".sbn", ".sb2",   ".sebn", ".bin", ".sbin", ".zup",
                                                   ".jar", ".loads", ".zz",   ".sgn", ".rom",  ".img"};

bool is_name(std::uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '.' ||
           byte == '-' || byte == '_';
}

bool looks_like_firmware(std::string_view key) {
    return key.size() >= shortest_name && key.size() <= longest_name && key.front() != '.' &&
           std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return key.ends_with(ending); });
}

}  // namespace

bool is_loads_file(std::string_view name) {
    return to_key(name).ends_with(".loads");
}

std::vector<std::string> firmware_members(ByteView loads, std::string_view name) {
    loads = loads.first(std::min(loads.size(), max_loads_size));
    std::vector<std::string> members;
    std::vector<std::string> seen{to_key(name)};
    for (std::size_t at = 0; at < loads.size() && members.size() < max_firmware_members;) {
        const auto begin = std::find_if(loads.begin() + static_cast<std::ptrdiff_t>(at), loads.end(), is_name);
        const auto end = std::find_if_not(begin, loads.end(), is_name);
        at = static_cast<std::size_t>(end - loads.begin()) + 1;
        const std::string word(begin, end);
        auto key = to_key(word);
        if (looks_like_firmware(key) && std::find(seen.begin(), seen.end(), key) == seen.end()) {
            members.push_back(word);
            seen.push_back(std::move(key));
        }
    }
    return members;
}

}  // namespace branchline
