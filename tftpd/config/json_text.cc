#include "tftpd/config/json_text.h"

#include "tftpd/config/json_tokens.h"
#include "tftpd/config/utf8.h"
#include "tftpd/config/value_text.h"

#include <boost/algorithm/string/replace.hpp>

namespace branchline {
namespace {

using isc::data::Element;
using isc::data::ElementPtr;

const char* const nesting_text =
    "maps and lists are nested deeper than 32 here; no configuration needs that. Check the brackets before this place.";

// A recursive descent whose depth is bounded by maximum_nesting.
class Parser {
public:
    explicit Parser(IncludedText& text) : tokens_(text) {}

    ElementPtr document() {
        tokens_.skip();
        if (tokens_.peek() != '{') {
            tokens_.fail("the configuration must be a map: expected '{', found " + tokens_.found() +
                         ". Write { \"Tftpd\": { … } }.");
        }
        ElementPtr map = value(0);
        tokens_.skip();
        if (tokens_.peek() != IncludedText::end) {
            tokens_.fail("the configuration ended before this place, but " + tokens_.found() +
                         " follows. Remove it, or check the brackets before it.");
        }
        return map;
    }

private:
    ElementPtr value(unsigned depth) {
        const int c = tokens_.peek();
        if (c == '{' || c == '[') {
            if (depth == maximum_nesting) {
                tokens_.fail(nesting_text);
            }
            return c == '{' ? map(depth) : list(depth);
        }
        if (c == '"') {
            const Element::Position start = tokens_.kea_here();
            return Element::create(tokens_.string(), start);
        }
        if (tokens_.begins_number()) {
            return tokens_.number();
        }
        if (tokens_.begins_word()) {
            return tokens_.word();
        }
        tokens_.fail("expected a value, found " + tokens_.found() +
                     ". A value is a string in quotes, a number, true, false, null, a list [ … ] or a map { … }.");
    }

    // Behind an element: commas, as many as Kea takes, or the closing bracket. True = another element follows.
    bool another(int closing, const char* container) {
        bool comma = false;
        for (tokens_.skip(); tokens_.peek() == ','; tokens_.skip()) {
            comma = true;
            tokens_.advance();
        }
        if (tokens_.peek() == closing) {
            tokens_.advance();
            return false;
        }
        if (!comma || tokens_.peek() == IncludedText::end) {
            tokens_.fail(std::string("expected ',' or '") + static_cast<char>(closing) + "' in this " + container + ", found " +
                         tokens_.found() + ". Separate elements with ',' and close every bracket.");
        }
        return true;
    }

    ElementPtr map(unsigned depth) {
        ElementPtr result = Element::createMap(tokens_.kea_here());
        tokens_.advance();
        tokens_.skip();
        if (tokens_.peek() == '}') {
            tokens_.advance();
            return result;
        }
        do {
            const Position key_place = tokens_.here();
            if (tokens_.peek() != '"') {
                tokens_.fail("expected a key in quotes or '}', found " + tokens_.found() + ". Write \"key\": value.");
            }
            const std::string key = tokens_.string();
            if (const auto first = result->get(key)) {
                throw ConfigError(key_place, "the key " + shown(key) + " is there twice in one map, first with the value at " +
                                                 first->getPosition().str() + "; a key may be there once. Remove one of them.");
            }
            tokens_.skip();
            if (tokens_.peek() != ':') {
                tokens_.fail("expected ':' behind the key, found " + tokens_.found() + ". Write \"key\": value.");
            }
            tokens_.advance();
            tokens_.skip();
            result->set(key, value(depth + 1));
        } while (another('}', "map"));
        return result;
    }

    ElementPtr list(unsigned depth) {
        ElementPtr result = Element::createList(tokens_.kea_here());
        tokens_.advance();
        tokens_.skip();
        if (tokens_.peek() == ']') {
            tokens_.advance();
            return result;
        }
        do {
            result->add(value(depth + 1));
        } while (another(']', "list"));
        return result;
    }

    JsonTokens tokens_;
};

// Where a copied element is. Kea calls a command "<wire>" and counts its lines from 0, which reads as "unknown"; its columns
// are one too large behind the first line for maps and lists, and one too small in the first line for the rest. A document
// that is copied again has its right place already.
Element::Position place_of(const Element& element) {
    auto place = element.getPosition();
    if (place.file_ == "<wire>") {
        const auto type = element.getType();
        const bool bracketed = type == Element::map || type == Element::list;
        if (bracketed && place.line_ > 0) {
            --place.pos_;
        } else if (!bracketed && place.line_ == 0) {
            ++place.pos_;
        }
        place.file_ = command_name;
        ++place.line_;
    }
    return place;
}

// isc::data::copy loses the places, and they are what messages begin with.
ElementPtr copy_element(const Element& element, unsigned depth) {
    const Element::Position place = place_of(element);
    const Position here{place.file_, place.line_, place.pos_};
    const auto type = element.getType();
    if ((type == Element::map || type == Element::list) && depth == maximum_nesting) {
        throw ConfigError(here, nesting_text);
    }
    const auto checked = [&](const std::string& text) {
        if (text.find('\0') != std::string::npos) {
            throw ConfigError(here, nul_character_text);
        }
        if (!is_utf8(text)) {
            throw ConfigError(here, not_utf8_text);
        }
        return text;
    };
    switch (type) {
        case Element::map: {
            ElementPtr result = Element::createMap(place);
            for (const auto& [key, inner] : element.mapValue()) {
                result->set(checked(key), copy_element(*inner, depth + 1));
            }
            return result;
        }
        case Element::list: {
            ElementPtr result = Element::createList(place);
            for (const auto& inner : element.listValue()) {
                result->add(copy_element(*inner, depth + 1));
            }
            return result;
        }
        case Element::string:
            return Element::create(checked(element.stringValue()), place);
        case Element::integer:
            return Element::create(static_cast<long long>(element.intValue()), place);
        case Element::bigint:
            return Element::create(element.bigIntValue(), place);
        case Element::real:
            return Element::create(element.doubleValue(), place);
        case Element::boolean:
            return Element::create(element.boolValue(), place);
        default:
            return Element::create(place);
    }
}

}  // namespace

ElementPtr read_json_file(const std::string& path) {
    IncludedText text(path);
    return Parser(text).document();
}

ElementPtr read_json_text(std::string text, std::string name) {
    IncludedText included(std::move(text), std::move(name));
    return Parser(included).document();
}

ElementPtr copy_json(const Element& document) {
    return copy_element(document, 0);
}

std::string pointer_to(const Element& document, const Position& place) {
    const auto within = [&](const std::string& step, const Element& inner) {
        const Position start = position_of(inner);
        const bool starts_here = start.file == place.file && start.line == place.line && start.column == place.column;
        const std::string rest = pointer_to(inner, place);
        return starts_here || !rest.empty() ? "/" + step + rest : std::string();
    };
    std::string found;
    if (document.getType() == Element::map) {
        for (const auto& [key, inner] : document.mapValue()) {
            std::string step = key;
            boost::algorithm::replace_all(step, "~", "~0");
            boost::algorithm::replace_all(step, "/", "~1");
            found = found.empty() ? within(step, *inner) : found;
        }
    } else if (document.getType() == Element::list) {
        for (std::size_t index = 0; index < document.size() && found.empty(); ++index) {
            found = within(std::to_string(index), *document.get(static_cast<int>(index)));
        }
    }
    return found;
}

Position position_of(const Element& element) {
    const Element::Position& position = element.getPosition();
    return {position.file_, position.line_, position.pos_};
}

}  // namespace branchline
