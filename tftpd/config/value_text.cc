#include "tftpd/config/value_text.h"

namespace branchline {

using isc::data::Element;

namespace {

constexpr std::size_t maximum_shown = 80;  // bytes of a value in a message

}  // namespace

std::string shown(std::string_view text) {
    const std::string cut(text.substr(0, maximum_shown));
    return Element::create(cut)->str() + (text.size() > maximum_shown ? "…" : "");
}

std::string type_of(const Element& element) {
    switch (element.getType()) {
        case Element::integer:
            return "the number " + element.str();
        case Element::real:
            return "a number with a fraction or exponent";
        case Element::bigint:
            return "a number too large";
        case Element::boolean:
            return element.boolValue() ? "true" : "false";
        case Element::null:
            return "null";
        case Element::string:
            return "a string";
        case Element::list:
            return "a list";
        case Element::map:
            return "a map";
        default:
            return "something else";
    }
}

}  // namespace branchline
