#include "tftpd/ctl/rows.h"

#include "tftpd/ctl/tables.h"

#include <algorithm>

namespace branchline {

using isc::data::ConstElementPtr;
using isc::data::Element;

ConstElementPtr member(const ConstElementPtr& map, const char* name) {
    return map && map->getType() == Element::map ? map->get(name) : ConstElementPtr();
}

std::int64_t number(const ConstElementPtr& map, const char* name) {
    const auto value = member(map, name);
    return value && value->getType() == Element::integer ? value->intValue() : 0;
}

std::string text(const ConstElementPtr& map, const char* name) {
    const auto value = member(map, name);
    if (!value) {
        return "-";
    }
    auto found = value->getType() == Element::string ? value->stringValue() : value->str();
    return found.empty() ? "-" : printable(std::move(found));
}

bool flag(const ConstElementPtr& map, const char* name) {
    const auto value = member(map, name);
    return value && value->getType() == Element::boolean && value->boolValue();
}

std::vector<ConstElementPtr> elements(const ConstElementPtr& map, const char* name) {
    const auto list = member(map, name);
    std::vector<ConstElementPtr> all;
    if (list && list->getType() == Element::list) {
        all.assign(list->listValue().begin(), list->listValue().end());
    }
    return all;
}

std::string table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string lines;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
        }
        lines += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return lines;
}

std::string printable(std::string text) {
    std::replace_if(text.begin(), text.end(), [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }, '?');
    return text;
}

}  // namespace branchline
