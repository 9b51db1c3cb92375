// tftp-cache-*: the copies kept of remote clusters' files.
#include "tftpd/base/letters.h"
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/resolve/resolver.h"

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

ElementPtr entry_element(const CacheEntry& entry) {
    auto element = Element::createMap();
    element->set("name", Element::create(entry.name));
    element->set("cluster", Element::create(entry.cluster));
    element->set("size", number(entry.size));
    element->set("age", Element::create(static_cast<std::int64_t>(entry.age.count())));
    element->set("fresh", Element::create(entry.fresh));
    return element;
}

FlushSelection selection_of(const Arguments& given) {
    return {given.text("name").value_or(""), given.text("cluster").value_or(""), given.mac("phone").value_or("")};
}

ConstElementPtr entries_answer(const CommandTargets& targets, const FlushSelection& wanted, std::size_t at_most) {
    const auto phone = to_lower(wanted.phone);
    auto list = Element::createList();
    std::size_t matching = 0;
    std::uint64_t bytes = 0;
    for (const auto& entry : targets.resolver->cache_entries()) {
        if ((wanted.name.empty() || same_letters(entry.name, wanted.name)) &&
            (wanted.cluster.empty() || entry.cluster == wanted.cluster) &&
            (phone.empty() || to_lower(entry.name).find(phone) != std::string::npos)) {
            ++matching;
            bytes += entry.size;
            if (list->size() < at_most) {
                list->add(entry_element(entry));
            }
        }
    }
    auto answer = Element::createMap();
    answer->set("files", list);
    answer->set("count", number(matching));
    answer->set("size", number(bytes));
    const auto left_out = matching - list->size();
    return createAnswer(
        matching == 0 ? empty : success,
        counted(matching, "file", "files") + (left_out == 0 ? "." : ", of which the first are listed; see \"limit\"."), answer);
}

ConstElementPtr list_cache(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-cache-list", arguments, {"name", "cluster", "phone", "limit"});
    const auto limit = given.number("limit", 1, most_listed, default_listed);
    return entries_answer(targets, selection_of(given), static_cast<std::size_t>(limit));
}

ConstElementPtr get_cached(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-cache-get", arguments, {"name", "cluster"});
    return entries_answer(targets, {given.needed_text("name"), given.text("cluster").value_or(""), ""},
                          static_cast<std::size_t>(most_listed));
}

ConstElementPtr flush_cache(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-cache-flush", arguments, {"name", "cluster", "phone", "all"});
    const auto selection = selection_of(given);
    const auto all = given.flag("all");
    const auto selects = !selection.name.empty() || !selection.cluster.empty() || !selection.phone.empty();
    if (all == selects) {
        throw ArgumentError(std::string("tftp-cache-flush needs ") + (all ? "either \"all\": true or" : "\"all\": true, or") +
                            " one or more of \"name\", \"cluster\" and \"phone\", which must then all match" +
                            (all ? ", not both" : ""));
    }
    const auto flushed = targets.resolver->flush(selection);
    auto answer = Element::createMap();
    answer->set("flushed", number(flushed));
    return createAnswer(flushed == 0 ? empty : success,
                        flushed == 0 ? "Nothing in the cache matches." : counted(flushed, "entry", "entries") + " flushed.",
                        answer);
}

}  // namespace

CommandList cache_commands(const CommandTargets& targets) {
    return {
        {"tftp-cache-list", [&targets](const ConstElementPtr& arguments) { return list_cache(targets, arguments); }},
        {"tftp-cache-get", [&targets](const ConstElementPtr& arguments) { return get_cached(targets, arguments); }},
        {"tftp-cache-flush", [&targets](const ConstElementPtr& arguments) { return flush_cache(targets, arguments); }},
    };
}

}  // namespace branchline
