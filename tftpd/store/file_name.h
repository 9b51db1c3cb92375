// A name from a phone, made safe or refused (the contract's rule 1): leading '/' dropped, '\' refused, '..' and '.' components
// refused, at most 255 bytes, printable ASCII only, compared without regard to case. No file system is touched here.
#pragma once

#include "tftpd/base/result.h"

#include <string>
#include <string_view>

namespace branchline {

class FileName {
public:
    /// Makes `wire` safe. The Failure's text says which rule it breaks, without repeating the name.
    static Result<FileName> parse(std::string_view wire);

    [[nodiscard]] const std::string& text() const { return text_; }  ///< as asked, without leading '/'; never empty
    [[nodiscard]] const std::string& key() const { return key_; }    ///< lower case: what caches and comparisons use

    /// What kind of file a phone asks for by this name; it decides how long a cached copy is fresh.
    enum class Kind {
        device_config,  ///< SEP/ATA… .cnf.xml, with or without .sgn
        trust_list,     ///< CTLSEP…, ITLSEP…, CTLFile.tlv, ITLFile.tlv
        common,         ///< everything else: firmware, ring lists, locales, dial rules
    };
    [[nodiscard]] Kind kind() const;

private:
    FileName(std::string text, std::string key) : text_(std::move(text)), key_(std::move(key)) {}
    std::string text_;
    std::string key_;
};

}  // namespace branchline
