#include "tftpd/phones/verdict_parts.h"
#include "tftpd/store/device_names.h"

#include <algorithm>
#include <initializer_list>

namespace branchline::verdict_parts {
namespace {

bool ends_with_any(const std::string& key, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return key.ends_with(ending); });
}

}  // namespace

std::string ago(Duration past) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(past).count();
    if (seconds < 120) {
        return std::to_string(std::max<decltype(seconds)>(seconds, 0)) + " s";
    }
    if (seconds < 2 * 3600) {
        return std::to_string(seconds / 60) + " min";
    }
    return seconds < 48 * 3600 ? std::to_string(seconds / 3600) + " h" : std::to_string(seconds / 86400) + " days";
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

std::string times(unsigned count) {
    return count == 1 ? "once" : count == 2 ? "twice" : std::to_string(count) + " times";
}

bool is_configuration(const std::string& key) {
    return !device_of_key(key).empty() && key.find(".cnf") != std::string::npos;
}

bool is_trust_list(const std::string& key) {
    return key.ends_with(".tlv");
}

bool is_firmware(const std::string& key) {
    return device_of_key(key).empty() && ends_with_any(key, {".loads", ".sbn", ".sbin", ".bin", ".zup", ".zz.sgn", ".bin.sgn"});
}

}  // namespace branchline::verdict_parts
