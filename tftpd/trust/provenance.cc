#include "tftpd/trust/provenance.h"

#include "tftpd/base/letters.h"
#include "tftpd/trust/trust_list.h"

#include <algorithm>

namespace branchline::trust {
namespace {

// The name that a file asked for as `name` is signed as: a phone's own name of a list is not in it.
std::string signed_as(const std::string& name) {
    const auto base = name.substr(name.rfind('/') + 1);
    const bool is_list = name.ends_with(".tlv");
    return is_list && base.starts_with("itl") ? "itlfile.tlv" : is_list && base.starts_with("ctl") ? "ctlfile.tlv" : name;
}

}  // namespace

std::string_view Doubt::phrase() const {
    switch (kind) {
        case Kind::not_signed:
            return "not signed";
        case Kind::no_certificates:
            return "no certificate to check it by";
        case Kind::foreign:
            return "signed by somebody else";
        case Kind::changed:
            return "changed after it was signed";
        case Kind::other_file:
            return "signed as another file";
    }
    return "";
}

std::optional<Doubt> doubt_of(ByteView file, std::string_view name, const std::vector<const StoredCertificate*>& signers) {
    if (signers.empty()) {
        return Doubt{Doubt::Kind::no_certificates, "", "no certificate is imported to check it by"};
    }
    const auto parsed = SignedFile::parse(file);
    if (!parsed) {
        return Doubt{Doubt::Kind::not_signed, "", parsed.error().text};
    }
    // By the serial number alone: names are written in many ways, and the key decides.
    std::string signer;
    const bool genuine = std::any_of(signers.begin(), signers.end(), [&](const StoredCertificate* one) {
        const bool is_it = same_serial(parsed->signer.serial, one->certificate.serial);
        signer = is_it ? escaped(one->certificate.subject) : signer;
        return is_it && parsed->is_signed_by(one->certificate.key);
    });
    if (signer.empty()) {
        const auto stranger = escaped(parsed->signer.subject);
        return Doubt{Doubt::Kind::foreign, stranger,
                     "it is signed by " + stranger + ", whose certificate is not imported for it"};
    }
    if (!genuine) {
        return Doubt{Doubt::Kind::changed, signer, "the signature, said to be by " + signer + ", does not fit: it was changed"};
    }
    const auto asked = to_lower(name);
    if (to_lower(parsed->file_name) != signed_as(asked)) {
        return Doubt{Doubt::Kind::other_file, signer, "it was signed as " + escaped(parsed->file_name)};
    }
    if (asked.ends_with(".tlv")) {
        if (const auto list = TrustList::parse(file); !list) {
            return Doubt{Doubt::Kind::not_signed, signer, list.error().text};
        }
    }
    return std::nullopt;
}

}  // namespace branchline::trust
