// What a trust list or a configuration says of signatures: who signed it and, of a list, whose signatures it has phones accept.
// Whether a signature is valid is not asked here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace branchline {

/// A key, by its certificate's serial number and issuer; 0 = none. Two that are equal are the same key's, but for a chance of
/// 2^-64.
using KeyId = std::uint64_t;

struct FileTrust {
    enum class Form {
        not_looked_at,
        plain,        ///< without any signature
        signed_once,  ///< a signed configuration
        list,         ///< a trust list
    };
    Form form = Form::not_looked_at;
    KeyId signer = 0;
    std::string signer_name;      ///< its subject, escaped
    std::vector<KeyId> accepted;  ///< of a list: keys of those that may sign lists and files

    bool operator==(const FileTrust&) const = default;
};

}  // namespace branchline
