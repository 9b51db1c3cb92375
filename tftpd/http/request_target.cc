#include "tftpd/http/request_target.h"

#include "tftpd/base/letters.h"

#include <optional>

namespace branchline {
namespace {

std::optional<unsigned> hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return static_cast<unsigned>(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return static_cast<unsigned>(digit - 'a' + 10);
    }
    if (digit >= 'A' && digit <= 'F') {
        return static_cast<unsigned>(digit - 'A' + 10);
    }
    return std::nullopt;
}

bool starts_with_http(std::string_view target) {
    constexpr std::string_view scheme = "http://";
    return same_letters(target.substr(0, scheme.size()), scheme);
}

}  // namespace

Result<std::string> name_from_target(std::string_view target) {
    if (starts_with_http(target)) {
        const auto path = target.find('/', sizeof("http://") - 1);
        target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    }
    if (target.empty() || target.front() != '/') {
        return Failure{"the target does not begin with '/'"};
    }
    target = target.substr(0, target.find_first_of("?#"));

    std::string name;
    name.reserve(target.size());
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (target[i] != '%') {
            name.push_back(target[i]);
            continue;
        }
        const auto high = i + 1 < target.size() ? hex_digit(target[i + 1]) : std::nullopt;
        const auto low = i + 2 < target.size() ? hex_digit(target[i + 2]) : std::nullopt;
        if (!high || !low) {
            return Failure{"'%' without two hexadecimal digits after it"};
        }
        name.push_back(static_cast<char>(*high << 4 | *low));
        i += 2;
    }
    return name;
}

}  // namespace branchline
