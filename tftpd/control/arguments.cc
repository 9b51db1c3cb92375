#include "tftpd/control/arguments.h"

#include <exceptions/exceptions.h>
#include <util/encode/encode.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

std::string list_of(std::initializer_list<const char*> known) {
    if (known.size() == 0) {
        return "it takes none";
    }
    std::string text;
    for (const auto* name : known) {
        text += (text.empty() ? "it takes \"" : ", \"") + std::string(name) + '"';
    }
    return text;
}

}  // namespace

Arguments::Arguments(std::string command, ConstElementPtr arguments, std::initializer_list<const char*> known)
    : command_(std::move(command)), arguments_(std::move(arguments)) {
    if (!arguments_) {
        return;
    }
    if (arguments_->getType() != Element::map) {
        throw ArgumentError(command_ + ": \"arguments\" must be a map such as { \"name\": … }; " + list_of(known));
    }
    for (const auto& [name, value] : arguments_->mapValue()) {
        if (std::none_of(known.begin(), known.end(), [&given = name](const char* one) { return given == one; })) {
            throw ArgumentError(command_ + ": no argument is called \"" + name + "\"; " + list_of(known));
        }
    }
}

ConstElementPtr Arguments::find(const char* name) const {
    return arguments_ ? arguments_->get(name) : ConstElementPtr();
}

std::optional<std::string> Arguments::text(const char* name) const {
    const auto value = find(name);
    if (!value) {
        return std::nullopt;
    }
    if (value->getType() != Element::string || value->stringValue().empty()) {
        throw ArgumentError(command_ + ": \"" + name + "\" must be a text that is not empty");
    }
    return value->stringValue();
}

std::string Arguments::needed_text(const char* name) const {
    auto value = text(name);
    if (!value) {
        throw ArgumentError(command_ + " needs the argument \"" + name + '"');
    }
    return std::move(*value);
}

std::vector<std::string> Arguments::texts(const char* name, std::size_t most) const {
    std::vector<std::string> all;
    const auto value = find(name);
    if (!value) {
        return all;
    }
    if (value->getType() != Element::list || value->empty() || value->size() > most) {
        throw ArgumentError(command_ + ": \"" + name + "\" must be a list of 1 to " + std::to_string(most) + " texts");
    }
    for (const auto& one : value->listValue()) {
        if (one->getType() != Element::string || one->stringValue().empty()) {
            throw ArgumentError(command_ + ": each of \"" + name + "\" must be a text that is not empty");
        }
        all.push_back(one->stringValue());
    }
    return all;
}

bool Arguments::flag(const char* name) const {
    const auto value = find(name);
    if (value && value->getType() != Element::boolean) {
        throw ArgumentError(command_ + ": \"" + name + "\" must be true or false");
    }
    return value && value->boolValue();
}

std::int64_t Arguments::number(const char* name, std::int64_t least, std::int64_t most, std::int64_t absent) const {
    const auto value = find(name);
    if (!value) {
        return absent;
    }
    if (value->getType() != Element::integer || value->intValue() < least || value->intValue() > most) {
        throw ArgumentError(command_ + ": \"" + name + "\" must be a number from " + std::to_string(least) + " to " +
                            std::to_string(most));
    }
    return value->intValue();
}

std::optional<std::string> Arguments::data(const char* name, std::size_t most, const std::string& or_else) const {
    const auto value = find(name);
    if (!value) {
        return std::nullopt;
    }
    if (value->getType() != Element::string) {
        throw ArgumentError(command_ + ": \"" + name + "\" must be a text in base64");
    }
    std::vector<std::uint8_t> bytes;
    try {
        isc::util::encode::decodeBase64(value->stringValue(), bytes);
    } catch (const isc::Exception& error) {
        throw ArgumentError(command_ + ": \"" + name + "\" is not base64 (RFC 4648 4): " + error.what());
    }
    if (bytes.size() > most) {
        throw ArgumentError(command_ + ": \"" + name + "\" may have at most " + std::to_string(most) + " bytes" + or_else);
    }
    return std::string(bytes.begin(), bytes.end());
}

std::optional<std::string> Arguments::mac(const char* name) const {
    const auto given = text(name);
    if (!given) {
        return std::nullopt;
    }
    std::string_view rest = *given;
    for (const auto* prefix : {"SEP", "ATA"}) {
        if (rest.size() == 15 && rest.starts_with(prefix)) {
            rest.remove_prefix(3);
        }
    }
    std::string digits;
    for (const char letter : rest) {
        if (std::isxdigit(static_cast<unsigned char>(letter)) != 0) {
            digits.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
        } else if (letter != ':' && letter != '-' && letter != '.') {
            digits.clear();
            break;
        }
    }
    if (digits.size() != 12) {
        throw ArgumentError(command_ + ": \"" + name +
                            "\" must be a MAC address such as 00:11:22:33:44:55, or a device name such as SEP001122334455");
    }
    return digits;
}

}  // namespace branchline
