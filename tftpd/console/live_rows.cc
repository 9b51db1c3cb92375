#include "tftpd/console/live_rows.h"

#include <cstdlib>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr std::int64_t rounding = 1;  // seconds that an age may be off, since both clocks are cut to seconds

ElementPtr without(const ConstElementPtr& map, const std::string& key) {
    auto copy = Element::createMap();
    for (const auto& [name, value] : map->mapValue()) {
        if (name != key) {
            copy->set(name, value);
        }
    }
    return copy;
}

}  // namespace

void LiveRows::take(const ConstElementPtr& arguments, std::int64_t seconds) {
    const ConstElementPtr answer = arguments ? arguments : ConstElementPtr(Element::createMap());
    const auto rest = without(answer, rows_);
    std::map<std::string, Row> fresh;
    auto changed = Element::createList();
    auto all = Element::createList();
    if (const auto list = rows_.empty() ? ConstElementPtr() : answer->get(rows_)) {
        for (const auto& row : list->listValue()) {
            const auto id = row->get(id_);
            const auto age = row->get(age_);
            Row now{without(row, age_)->str(), age ? seconds - age->intValue() : 0};
            const auto key = id ? id->stringValue() : now.text;
            const auto before = known_.find(key);
            all->add(isc::data::copy(row));
            if (before == known_.end() || before->second.text != now.text ||
                std::llabs(before->second.since - now.since) > rounding) {
                changed->add(isc::data::copy(row));
            } else {
                now.since = before->second.since;
            }
            fresh.emplace(key, std::move(now));
        }
    }
    auto gone = Element::createList();
    for (const auto& [key, row] : known_) {
        if (!fresh.contains(key)) {
            gone->add(Element::create(key));
        }
    }
    const auto rest_text = rest->str();
    const bool same = changed->empty() && gone->empty() && rest_text == rest_;
    const auto frame = [&](const ElementPtr& rows) {
        auto map = without(rest, "");
        if (!rows_.empty()) {
            map->set(rows_, rows);
        }
        return map;
    };
    auto everything = frame(all);
    everything->set("all", Element::create(true));
    everything_ = everything->str();
    auto change = frame(changed);
    change->set("gone", gone);
    change_ = same ? std::string() : change->str();
    known_ = std::move(fresh);
    rest_ = rest_text;
}

}  // namespace branchline
