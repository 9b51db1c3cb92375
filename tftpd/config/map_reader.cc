#include "tftpd/config/map_reader.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/nearest_word.h"
#include "tftpd/config/utf8.h"

#include <algorithm>
#include <filesystem>

namespace branchline {

using isc::data::ConstElementPtr;
using isc::data::Element;

namespace {

constexpr std::size_t maximum_path = 4095;  // PATH_MAX without its closing NUL

std::string joined(const std::vector<std::string_view>& words, const char* last) {
    std::string result;
    for (std::size_t index = 0; index < words.size(); ++index) {
        result += index == 0 ? "" : index + 1 == words.size() ? last : ", ";
        result += "\"" + std::string(words[index]) + "\"";
    }
    return result;
}

}  // namespace

MapReader::MapReader(ConstElementPtr map, std::string name, std::vector<std::string_view> keys)
    : map_(std::move(map)), name_(std::move(name)) {
    if (map_->getType() != Element::map) {
        throw ConfigError(position_of(*map_), shown(name_) + " is " + type_of(*map_) +
                                                  "; it must be a map { … } with the keys " + joined(keys, " and ") + ".");
    }
    for (const auto& [key, element] : map_->mapValue()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            const std::string hint = did_you_mean(key, keys);
            throw ConfigError(position_of(*element),
                              shown(key) + " is not a key of " + shown(name_) + "." +
                                  (hint.empty() ? " It has " + joined(keys, " and ") + "; remove this one." : hint));
        }
    }
}

Position MapReader::place() const {
    return position_of(*map_);
}

Position MapReader::place(const std::string& key) const {
    const ConstElementPtr element = get(key);
    return position_of(element ? *element : *map_);
}

void MapReader::require(const std::string& key, const std::string& example) const {
    if (!has(key)) {
        throw ConfigError(place(), shown(name_) + " has no " + shown(key) + "; it needs one. Add " + example + ".");
    }
}

std::int64_t MapReader::number_in(const std::string& key, std::int64_t fallback, std::int64_t least, std::int64_t most,
                                  std::string_view unit) const {
    const ConstElementPtr element = get(key);
    if (!element) {
        return fallback;
    }
    if (element->getType() != Element::integer || element->intValue() < least || element->intValue() > most) {
        const bool in_quotes = element->getType() == Element::string;
        fail(key, shown(key) + " is " + type_of(*element) + "; it must be a whole number from " + std::to_string(least) +
                      " to " + std::to_string(most) + (unit.empty() ? "" : " " + std::string(unit)) + ". " +
                      (in_quotes ? "Write it without quotes" : "Correct it") + ", or remove it for the default, " +
                      std::to_string(fallback) + ".");
    }
    return element->intValue();
}

bool MapReader::boolean(const std::string& key, bool fallback) const {
    const ConstElementPtr element = get(key);
    if (!element) {
        return fallback;
    }
    if (element->getType() != Element::boolean) {
        fail(key, shown(key) + " is " + type_of(*element) +
                      "; it must be true or false. Write it without quotes, or remove it for " + "the default, " +
                      (fallback ? "true." : "false."));
    }
    return element->boolValue();
}

std::string MapReader::text(const std::string& key, const std::string& fallback, std::size_t least, std::size_t most) const {
    const ConstElementPtr element = get(key);
    return element ? checked_text(*element, shown(key), least, most) : fallback;
}

std::size_t MapReader::choice(const std::string& key, std::size_t fallback,
                              const std::vector<std::string_view>& choices) const {
    const ConstElementPtr element = get(key);
    if (!element) {
        return fallback;
    }
    const bool is_string = element->getType() == Element::string;
    const std::string written = is_string ? element->stringValue() : std::string();
    const auto found = std::find(choices.begin(), choices.end(), written);
    if (found == choices.end() || !is_string) {
        fail(key, shown(key) + " is " + (is_string ? shown(written) : type_of(*element)) + "; it must be " +
                      joined(choices, " or ") + "." + did_you_mean(written, choices));
    }
    return static_cast<std::size_t>(found - choices.begin());
}

std::string MapReader::path(const std::string& key, const std::string& fallback) const {
    const std::filesystem::path path = text(key, fallback, 1, maximum_path);
    if (!path.is_absolute() || path.string().size() > maximum_path ||
        std::find(path.begin(), path.end(), std::filesystem::path("..")) != path.end()) {
        fail(key, shown(key) + " is " + shown(path.string()) +
                      "; it must be an absolute path of at most 4095 bytes without \"..\". Write it from \"/\" on.");
    }
    const std::filesystem::path tidy = path.lexically_normal();
    return (tidy.has_filename() ? tidy : tidy.parent_path()).string();
}

std::vector<ConstElementPtr> MapReader::list(const std::string& key, std::size_t least, std::size_t most) const {
    const ConstElementPtr element = get(key);
    if (!element) {
        return {};
    }
    if (element->getType() != Element::list) {
        fail(key, shown(key) + " is " + type_of(*element) + "; it must be a list. Put it in [ ].");
    }
    const auto& elements = element->listValue();
    if (elements.size() < least || elements.size() > most) {
        fail(key, shown(key) + " has " + std::to_string(elements.size()) + " entries; it must have " + std::to_string(least) +
                      " to " + std::to_string(most) + ". " +
                      (elements.size() < least ? "Add one, or remove the key." : "Remove some."));
    }
    return {elements.begin(), elements.end()};
}

std::string checked_text(const Element& element, const std::string& what, std::size_t least, std::size_t most) {
    if (element.getType() != Element::string) {
        throw ConfigError(position_of(element),
                          what + " is " + type_of(element) + "; it must be a string. Put text in quotes.");
    }
    std::string text = element.stringValue();
    const bool control =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (control || !is_utf8(text)) {
        throw ConfigError(position_of(element),
                          what + " is " + shown(text) + ", which has control characters; it must be plain text. Remove them.");
    }
    const auto length = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
    if (length < least || length > most) {
        throw ConfigError(position_of(element), what + " has " + std::to_string(length) + " characters; it must have " +
                                                    std::to_string(least) + " to " + std::to_string(most) + ". " +
                                                    (length < least ? "Fill it in." : "Shorten it."));
    }
    return text;
}

void not_in_this_version(const Position& where, const std::string& setting, const std::string& way_out) {
    throw ConfigError(where, setting + " is not part of this version; " + way_out + ".");
}

}  // namespace branchline
