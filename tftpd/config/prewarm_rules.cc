#include "tftpd/config/prewarm_rules.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"

#include <array>
#include <cctype>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;

constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};  // as tm_wday counts

unsigned read_time(const ConstElementPtr& element) {
    const auto text = checked_text(*element, "a time of \"prewarm\"", 1, 16);
    const auto digit = [&](std::size_t at) { return std::isdigit(static_cast<unsigned char>(text[at])) != 0; };
    if (text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4)) {
        const auto hour = static_cast<unsigned>((text[0] - '0') * 10 + (text[1] - '0'));
        const auto minute = static_cast<unsigned>((text[3] - '0') * 10 + (text[4] - '0'));
        if (hour < 24 && minute < 60) {
            return hour * 60 + minute;
        }
    }
    throw ConfigError(position_of(*element), "a time of \"prewarm\" is " + shown(text) +
                                                 "; it must be an hour and a minute from \"00:00\" to \"23:59\", local time. "
                                                 "Write one such as \"02:30\".");
}

std::size_t read_day(const ConstElementPtr& element) {
    const auto text = checked_text(*element, "a day of \"prewarm\"", 1, 16);
    for (std::size_t day = 0; day < day_names.size(); ++day) {
        if (text == day_names[day]) {
            return day;
        }
    }
    throw ConfigError(
        position_of(*element),
        "a day of \"prewarm\" is " + shown(text) +
            "; it must be one of \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\". Write one of these.");
}

}  // namespace

std::vector<Prewarm> read_prewarm(const std::vector<ConstElementPtr>& list) {
    std::vector<Prewarm> all;
    for (const auto& element : list) {
        const MapReader map(element, "prewarm", {"names", "at", "days"});
        map.require("names", "\"names\": [ \"sip88xx.14-2-1-0001-14.loads\" ]");
        map.require("at", "\"at\": [ \"02:30\" ], when to fetch them");
        Prewarm prewarm;
        for (const auto& name : map.list("names", 1, maximum_prewarm_names)) {
            prewarm.names.push_back(checked_text(*name, "a name of \"prewarm\"", 1, 255));
        }
        for (const auto& time : map.list("at", 1, maximum_prewarm_times)) {
            prewarm.minutes.push_back(read_time(time));
        }
        for (const auto& day : map.list("days", 0, day_names.size())) {
            prewarm.days.set(read_day(day));
        }
        if (prewarm.days.none()) {
            prewarm.days.set();
        }
        all.push_back(std::move(prewarm));
    }
    return all;
}

}  // namespace branchline
