#include "tftpd/config/logger_check.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"

#include <algorithm>
#include <cctype>

namespace branchline {
namespace {

constexpr std::size_t maximum_name = 31;     // isc::log::Logger::MAX_LOGGER_NAME_SIZE
constexpr std::size_t maximum_outputs = 16;  // of one logger
constexpr std::size_t maximum_text = 4095;   // of a path or a pattern
constexpr int maximum_debug_level = 99;      // isc::log::MAX_DEBUG_LEVEL
constexpr std::int64_t maximum_file_size = std::int64_t{1} << 40;
constexpr std::int64_t maximum_file_versions = 1000;

// Kea takes severities in any case.
void check_severity(const MapReader& map) {
    if (!map.has("severity")) {
        return;
    }
    std::string severity = map.text("severity", "", 1, maximum_name);
    std::transform(severity.begin(), severity.end(), severity.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const std::vector<std::string_view> severities{"DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"};
    if (std::find(severities.begin(), severities.end(), severity) == severities.end()) {
        map.choice("severity", 0, severities);  // says what there is
    }
}

void check_output(const isc::data::ConstElementPtr& element) {
    const MapReader map(element, "output-options",
                        {"output", "flush", "maxsize", "maxver", "pattern", "user-context", "comment"});
    map.require("output", "\"output\": \"syslog\", \"stdout\", \"stderr\" or a file");
    map.text("output", "", 1, maximum_text);
    map.boolean("flush", true);
    map.number<std::int64_t>("maxsize", 10240000, 0, maximum_file_size, "bytes");
    map.number<std::int64_t>("maxver", 1, 0, maximum_file_versions);
    // A pattern ends in a line feed more often than not.
    if (const auto pattern = map.get("pattern"); pattern && pattern->getType() != isc::data::Element::string) {
        map.fail("pattern", "\"pattern\" is " + type_of(*pattern) + "; it must be a string. Put it in quotes.");
    }
}

}  // namespace

void check_loggers(const std::vector<isc::data::ConstElementPtr>& loggers) {
    for (const auto& element : loggers) {
        const MapReader map(element, "loggers",
                            {"name", "severity", "debuglevel", "output-options", "output_options", "user-context", "comment"});
        map.require("name", "\"name\": \"branchline-tftpd\", or one of its parts");
        map.text("name", "", 1, maximum_name);
        check_severity(map);
        map.number<int>("debuglevel", 0, 0, maximum_debug_level);
        // Kea's manuals up to 2.6 wrote it with an underscore; its daemons take either, and one of them.
        if (map.has("output-options") && map.has("output_options")) {
            map.fail("output_options",
                     "\"output_options\" is there beside \"output-options\", which means the same. Remove one.");
        }
        for (const auto* const key : {"output-options", "output_options"}) {
            for (const auto& output : map.list(key, 0, maximum_outputs)) {
                check_output(output);
            }
        }
    }
}

}  // namespace branchline
