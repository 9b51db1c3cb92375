// Who signed a file, held against the certificates of those who may: what a secure cluster gives must be its own. Certificates
// count by their keys; that one has ended does not matter here, as it does not to phones.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/trust/certificate_stores.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace branchline::trust {

/// Why a file is not taken for what one of the signers signed.
struct Doubt {
    enum class Kind {
        not_signed,       ///< no signed file, or no trust list where one was asked for
        no_certificates,  ///< there is nobody whose signature would be believed
        foreign,          ///< signed by somebody else
        changed,          ///< the signer is one of them, and the signature does not fit the bytes
        other_file,       ///< genuine, but signed as a file of another name
    };
    Kind kind{};
    std::string signer;  ///< its name as the file has it, made fit for a log; empty if it has none
    std::string text;    ///< for the log: "it is signed by …"

    /// Without anything that came from the file: for the phone's error text.
    [[nodiscard]] std::string_view phrase() const;
};

/// Nothing if `file`, asked for as `name`, was signed by the key of one of `signers`. A "….tlv" must be a trust list that was
/// signed as ITLFile.tlv or CTLFile.tlv, whichever `name` is a name of; anything else a file signed as `name`. Names are
/// compared without regard to case.
std::optional<Doubt> doubt_of(ByteView file, std::string_view name, const std::vector<const StoredCertificate*>& signers);

}  // namespace branchline::trust
