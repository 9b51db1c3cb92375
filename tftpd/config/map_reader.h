// One map of the configuration, read by its keys: unknown keys are refused at once, with the key that was probably meant;
// then every getter checks type and range and says what is wrong in the words of docs/configuration.md. A missing key, not a
// null, means the default.
#pragma once

#include "tftpd/config/config_error.h"
#include "tftpd/config/value_text.h"

#include <cc/data.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace branchline {

class MapReader {
public:
    /// `name` is how messages call the map, such as "cache". Throws ConfigError if it is no map or has a key that is not in
    /// `keys`. `keys` must outlive the reader.
    MapReader(isc::data::ConstElementPtr map, std::string name, std::vector<std::string_view> keys);

    /// A whole number from `least` to `most`. `unit` follows the range in messages, such as "seconds".
    template <typename T>
    T number(const std::string& key, T fallback, T least, T most, std::string_view unit = {}) const {
        return static_cast<T>(number_in(key, fallback, least, most, unit));
    }
    bool boolean(const std::string& key, bool fallback) const;
    /// Valid UTF-8 without control characters, `least` to `most` characters.
    std::string text(const std::string& key, const std::string& fallback, std::size_t least, std::size_t most) const;
    /// One of `choices`, as its index.
    std::size_t choice(const std::string& key, std::size_t fallback, const std::vector<std::string_view>& choices) const;
    /// An absolute path, made tidy ("//", "/./" and a closing "/" dropped); ".." is refused.
    std::string path(const std::string& key, const std::string& fallback) const;
    /// The elements of a list of `least` to `most`; nothing if the key is missing.
    std::vector<isc::data::ConstElementPtr> list(const std::string& key, std::size_t least, std::size_t most) const;

    /// The value as it is; null if the key is missing.
    [[nodiscard]] isc::data::ConstElementPtr get(const std::string& key) const { return map_->get(key); }
    [[nodiscard]] bool has(const std::string& key) const { return map_->contains(key); }
    /// Where the key's value is, else where the map is.
    [[nodiscard]] Position place(const std::string& key) const;
    [[nodiscard]] Position place() const;

    /// Throws if the key is missing; `example` is the way out.
    void require(const std::string& key, const std::string& example) const;
    [[noreturn]] void fail(const std::string& key, const std::string& text) const { throw ConfigError(place(key), text); }

private:
    std::int64_t number_in(const std::string& key, std::int64_t fallback, std::int64_t least, std::int64_t most,
                           std::string_view unit) const;

    isc::data::ConstElementPtr map_;
    std::string name_;
};

/// Checks a string that stands alone, in a list for instance; `what` begins the message. Throws ConfigError.
std::string checked_text(const isc::data::Element& element, const std::string& what, std::size_t least, std::size_t most);

/// Refuses, at `where`, a value that this version does not do. `setting` is the key and the value, `way_out` what to write.
[[noreturn]] void not_in_this_version(const Position& where, const std::string& setting, const std::string& way_out);

}  // namespace branchline
