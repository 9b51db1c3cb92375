// A name from a phone, made safe or refused (the contract's rule 1). No file system is touched here.
//
//   leading '/'                dropped, however many: phones ask for "/mk-sip.jar", and "//x" where the operator wrote "/"
//   twice
//   '\', '%', ':', '*', '?' …  refused: only the characters that real file names of phones use are let through
//   "." ".." empty component   refused, and so is a trailing '/'
//   more than 255 bytes        refused, leading '/' included
//
// Names are compared without regard to case, as CUCM does; key() is what caches and comparisons use.
#pragma once

#include "tftpd/base/result.h"

#include <string>
#include <string_view>

namespace branchline {

class FileName {
public:
    static constexpr std::size_t max_size = 255;  ///< bytes, as it came from the wire

    /// Makes `wire` safe. The Failure's text says which rule it breaks, without repeating the name.
    static Result<FileName> parse(std::string_view wire);

    [[nodiscard]] const std::string& text() const { return text_; }  ///< as asked, without leading '/'; never empty
    [[nodiscard]] const std::string& key() const { return key_; }    ///< lower case: what caches and comparisons use

    /// What kind of file a phone asks for by this name; it decides how long a cached copy is fresh and how large it may be.
    enum class Kind {
        device_config,  ///< SEP<MAC>…, ATA<MAC>…, and every *.cnf, *.cnf.xml; with or without .enc, .sgn
        trust_list,     ///< CTLSEP…, ITLSEP…, CTLFile.tlv, ITLFile.tlv: every *.tlv
        common,         ///< everything else: firmware, ring lists, locales, dial rules
    };
    [[nodiscard]] Kind kind() const;

    /// Does it carry one device's MAC (SEP…, ATA…, CTLSEP…, ITLSEP…)? Such a file is in one cluster at a time; all others may
    /// be in every one, with other bytes in each.
    [[nodiscard]] bool names_device() const;

private:
    FileName(std::string text, std::string key) : text_(std::move(text)), key_(std::move(key)) {}
    std::string text_;
    std::string key_;
};

/// ASCII lower case; what makes a key of a name.
std::string to_key(std::string_view text);

}  // namespace branchline
