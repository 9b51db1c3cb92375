// The tokens of Kea's JSON dialect (see json_text.h): white space, comments and include directives are passed over here;
// strings, numbers and words become values. What may follow what is json_text's business.
#pragma once

#include "tftpd/config/included_text.h"

#include <cc/data.h>

#include <string>

namespace branchline {

/// Why a string is refused that JSON could hold: what configurations consist of are names, paths and text in UTF-8.
extern const char* const not_utf8_text;
extern const char* const nul_character_text;

class JsonTokens {
public:
    /// `text` must outlive the tokens.
    explicit JsonTokens(IncludedText& text) : text_(text) {}

    /// To the next token: over white space, comments, and into and out of included files. Throws ConfigError.
    void skip();

    /// The first byte of the next token, after skip(); IncludedText::end at the end of the first file.
    [[nodiscard]] int peek() const { return text_.peek(); }
    /// Over a token of one byte.
    void advance() { text_.advance(); }
    [[nodiscard]] Position here() const { return text_.here(); }
    [[nodiscard]] isc::data::Element::Position kea_here() const;

    /// A string, behind whose opening quote nothing has been read yet. Throws ConfigError.
    std::string string();
    /// A number; begins_number() must hold. Throws ConfigError.
    isc::data::ElementPtr number();
    [[nodiscard]] bool begins_number() const;
    /// true, false or null; begins_word() must hold. Throws ConfigError.
    isc::data::ElementPtr word();
    [[nodiscard]] bool begins_word() const;

    /// What stands at the reading place, for messages.
    [[nodiscard]] std::string found() const;
    [[noreturn]] void fail(const std::string& text) const { throw ConfigError(here(), text); }

private:
    void skip_long_comment();
    void skip_blanks();
    void include();
    void expect(std::string_view word);
    char escape();

    IncludedText& text_;
};

}  // namespace branchline
