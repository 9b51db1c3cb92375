#include "tftpd/config/json_tokens.h"

#include "tftpd/config/utf8.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace branchline {

using isc::data::Element;
using isc::data::ElementPtr;

namespace {

bool is_digit(int c) {
    return c >= '0' && c <= '9';
}
bool is_letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(int c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

const char* const not_utf8_text =
    "this string is not valid UTF-8; configuration files are UTF-8 text. Save the file as UTF-8, or write the character in "
    "ASCII.";
const char* const nul_character_text = "this string holds a NUL character (\\u0000); no name or path can. Remove it.";

Element::Position JsonTokens::kea_here() const {
    const Position position = here();
    return {position.file, position.line, position.column};
}

bool JsonTokens::begins_number() const {
    const int c = peek();
    return is_digit(c) || c == '-' || c == '+' || c == '.';
}

bool JsonTokens::begins_word() const {
    return is_letter(peek());
}

std::string JsonTokens::found() const {
    const int c = text_.peek();
    if (c == IncludedText::end) {
        return "the end of the file";
    }
    if (c == 0xef && text_.starts_with("\xef\xbb\xbf")) {
        return "a byte order mark (save the file as UTF-8 without one)";
    }
    if (c > ' ' && c < 0x7f) {
        return std::string("'") + static_cast<char>(c) + "'";
    }
    const char* const digits = "0123456789abcdef";
    return std::string("the byte 0x") + digits[c >> 4] + digits[c & 15];
}

void JsonTokens::skip() {
    for (;;) {
        const int c = text_.peek();
        if (is_blank(c)) {
            text_.advance();
        } else if (c == '#' || text_.starts_with("//")) {
            while (text_.peek() != '\n' && text_.peek() != IncludedText::end) {
                text_.advance();
            }
        } else if (text_.starts_with("/*")) {
            skip_long_comment();
        } else if (text_.starts_with("<?")) {
            include();
        } else if (c != IncludedText::end || !text_.leave()) {
            return;
        }
    }
}

void JsonTokens::skip_long_comment() {
    const Position start = text_.here();
    text_.advance(2);
    while (!text_.starts_with("*/")) {
        if (text_.peek() == IncludedText::end) {
            throw ConfigError(start, "this comment is not closed; a /* comment ends with */ in the same file. Add the */.");
        }
        text_.advance();
    }
    text_.advance(2);
}

void JsonTokens::skip_blanks() {
    while (is_blank(text_.peek())) {
        text_.advance();
    }
}

void JsonTokens::expect(std::string_view word) {
    if (!text_.starts_with(word)) {
        fail("this include directive is not understood: expected " + std::string(word) + ", found " + found() +
             ". Write <?include \"file\"?>.");
    }
    text_.advance(word.size());
}

void JsonTokens::include() {
    const Position start = text_.here();
    text_.advance(2);
    skip_blanks();
    expect("include");
    skip_blanks();
    expect("\"");
    std::string name;
    for (; text_.peek() != '"'; text_.advance()) {
        if (text_.peek() == '\n' || text_.peek() == IncludedText::end || text_.peek() == 0) {
            fail("the name of an included file ends on its own line with '\"'. Write <?include \"file\"?>.");
        }
        name += static_cast<char>(text_.peek());
    }
    if (name.empty()) {
        fail("the include directive names no file. Write <?include \"file\"?>.");
    }
    text_.advance();
    skip_blanks();
    expect("?>");
    text_.include(name, start);
}

std::string JsonTokens::string() {
    const Position start = text_.here();
    std::string result;
    text_.advance();
    for (int c = text_.peek(); c != '"'; c = text_.peek()) {
        if (c == IncludedText::end) {
            throw ConfigError(start, "this string is not closed; a string ends with '\"' on the same line. Add the '\"'.");
        }
        if (c < ' ') {
            fail("a string goes on over " + found() +
                 ", a control character; a string ends with '\"' on the same line. Close it, or write \\n or \\t.");
        }
        if (c == '\\') {
            result += escape();
        } else {
            result += static_cast<char>(c);
            text_.advance();
        }
    }
    text_.advance();
    if (result.find('\0') != std::string::npos) {
        throw ConfigError(start, nul_character_text);
    }
    if (!is_utf8(result)) {
        throw ConfigError(start, not_utf8_text);
    }
    return result;
}

char JsonTokens::escape() {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const int letter = text_.peek(1);
    if (const auto index = letters.find(static_cast<char>(letter)); letter != IncludedText::end && index != letters.npos) {
        text_.advance(2);
        return meanings[index];
    }
    // \u00XX is the byte XX, not the character: so Kea reads it, and so it writes a string's bytes in config-get.
    const auto digit = [this](std::size_t ahead) -> int {
        const int c = text_.peek(ahead);
        return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    if (letter == 'u' && digit(2) == 0 && digit(3) == 0 && digit(4) >= 0 && digit(5) >= 0) {
        const char byte = static_cast<char>(digit(4) * 16 + digit(5));
        text_.advance(6);
        return byte;
    }
    fail(
        "this escape is not understood; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u0001 to \\u00ff (one byte, as Kea "
        "has "
        "it). Write other characters as themselves, in UTF-8.");
}

ElementPtr JsonTokens::number() {
    const Position start = here();
    const Element::Position place = kea_here();
    std::string written;
    const auto take = [&] {
        written += static_cast<char>(text_.peek());
        text_.advance();
    };
    const auto take_digits = [&] {
        while (is_digit(text_.peek())) {
            take();
        }
    };
    const auto sign = [](int c) { return c == '-' || c == '+'; };
    bool whole = text_.peek() != '+';  // Kea reads +1 as a real number
    if (sign(text_.peek())) {
        take();
    }
    take_digits();
    bool digits = is_digit(written.empty() ? 0 : written.back());
    if (text_.peek() == '.') {
        whole = false;
        take();
        take_digits();
        digits = digits || is_digit(written.back());
    }
    if (!digits) {
        throw ConfigError(start, "this is not a number: it has no digits. Write a number such as 69, or text in quotes.");
    }
    const int e = text_.peek();
    if ((e == 'e' || e == 'E') && (is_digit(text_.peek(1)) || (sign(text_.peek(1)) && is_digit(text_.peek(2))))) {
        whole = false;
        take();
        take();
        take_digits();
    }
    if (whole) {
        long long number = 0;
        const auto [rest, error] = std::from_chars(written.data(), written.data() + written.size(), number);
        if (error != std::errc() || rest != written.data() + written.size()) {
            throw ConfigError(start,
                              "this number is too large; whole numbers go up to 9223372036854775807. Write a smaller one.");
        }
        return Element::create(number, place);
    }
    const double number = std::strtod(written.c_str(), nullptr);
    if (!std::isfinite(number)) {
        throw ConfigError(start, "this number is too large for a real number. Write a smaller one.");
    }
    return Element::create(number, place);
}

ElementPtr JsonTokens::word() {
    const Position start = here();
    const Element::Position place = kea_here();
    std::string written;
    std::string lower;
    while ((is_letter(text_.peek()) || is_digit(text_.peek()) || text_.peek() == '_') && written.size() < 32) {
        written += static_cast<char>(text_.peek());
        lower += static_cast<char>(is_letter(text_.peek()) ? text_.peek() | 0x20 : text_.peek());
        text_.advance();
    }
    if (written == "true" || written == "false") {
        return Element::create(written == "true", place);
    }
    if (written == "null") {
        return Element::create(place);
    }
    if (lower == "true" || lower == "false" || lower == "null") {
        throw ConfigError(start, "\"" + written + "\" must be in lower case. Write " + lower + ".");
    }
    throw ConfigError(start,
                      "the word \"" + written +
                          "\" is no value; without quotes there are only true, false, null and numbers. Put text in quotes.");
}

}  // namespace branchline
