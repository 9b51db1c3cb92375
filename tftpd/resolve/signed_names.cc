#include "tftpd/resolve/signed_names.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace branchline {
namespace {

constexpr std::string_view envelope = ".sgn";
constexpr std::array<std::string_view, 3> signed_by_others{".sgn", ".tlv", ".enc"};
constexpr std::array<std::string_view, 9> firmware{".loads", ".sbn", ".sbin", ".sebn", ".sb2", ".zz", ".bin", ".cop", ".rom"};

template <typename Ends>
bool ends_with_any(const FileName& name, const Ends& ends) {
    return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return name.key().ends_with(end); });
}

std::optional<FileName> parsed(const std::string& text) {
    auto name = FileName::parse(text);
    return name ? std::optional(*std::move(name)) : std::nullopt;
}

}  // namespace

bool may_be_enveloped(const FileName& plain) {
    return !ends_with_any(plain, signed_by_others) && !is_firmware(plain);
}

bool is_firmware(const FileName& name) {
    return ends_with_any(name, firmware);
}

std::optional<FileName> plain_name(const FileName& asked) {
    if (!asked.key().ends_with(envelope)) {
        return std::nullopt;
    }
    auto plain = parsed(asked.text().substr(0, asked.text().size() - envelope.size()));
    return plain && may_be_enveloped(*plain) ? plain : std::nullopt;
}

std::optional<FileName> signed_name(const FileName& asked) {
    return may_be_enveloped(asked) ? parsed(asked.text() + std::string(envelope)) : std::nullopt;
}

}  // namespace branchline
