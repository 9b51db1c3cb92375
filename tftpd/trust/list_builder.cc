#include "tftpd/trust/list_builder.h"

#include "tftpd/trust/tlv.h"

#include <algorithm>
#include <set>

namespace branchline::trust {
namespace {

constexpr std::uint8_t list_version_minor = 2;  // of VERSION 1.x in lists

constexpr std::uint8_t code(RecordTag tag) {
    return static_cast<std::uint8_t>(tag);
}

std::string name(const ListEntry& entry) {
    return escaped(entry.certificate.subject) + " (" + role_name(entry.role) + ")";
}

Bytes record_of(const ListEntry& entry) {
    const auto& certificate = entry.certificate;
    TlvWriter writer;
    writer.add_u16(code(RecordTag::record_length), 0);
    writer.add_text(code(RecordTag::dns_name), entry.host);
    writer.add_text(code(RecordTag::subject_name), certificate.subject);
    writer.add_u16(code(RecordTag::function), static_cast<std::uint16_t>(entry.role));
    writer.add_text(code(RecordTag::issuer_name), certificate.issuer);
    writer.add(code(RecordTag::serial_number), certificate.serial);
    writer.add(code(RecordTag::public_key), certificate.key.bytes());
    writer.add(code(RecordTag::signature), certificate.signature);
    writer.add(code(RecordTag::certificate), certificate.der);
    if (entry.address) {
        writer.add(code(RecordTag::ip_address), *entry.address);
    }
    write_u16(writer.bytes(), tlv_head_size, static_cast<std::uint16_t>(writer.bytes().size()));
    return std::move(writer.bytes());
}

// What is wrong with one entry, if anything is.
std::optional<Failure> check(const ListEntry& entry, ListKind kind) {
    const auto& key = entry.certificate.key;
    switch (entry.role) {
        case Role::sast:
        case Role::ccm_tftp:
        case Role::tftp:
        case Role::capf:
            break;
        case Role::tvs:
            if (kind == ListKind::ctl) {
                return Failure{name(entry) + ": a CTL has no TVS; phones take it from their ITL"};
            }
            break;
        default:
            return Failure{name(entry) + ": the role must be SAST, TFTP, CCM+TFTP, CAPF or TVS"};
    }
    if (key.kind() == PublicKey::Kind::rsa && key.bits() > ListWish::max_rsa_bits) {
        return Failure{name(entry) + " has a key of " + key.text() +
                       "; phones load no list with an RSA key of more than 2048 bits. Give it a smaller key"};
    }
    if (key.kind() == PublicKey::Kind::ec && (entry.role == Role::sast || entry.role == Role::ccm_tftp)) {
        return Failure{name(entry) + " has a key of " + key.text() +
                       "; what signs lists or files must be RSA, for which alone they have a code. An EC certificate is listed "
                       "as TFTP, for HTTPS"};
    }
    if (entry.host.size() > ListWish::max_host || entry.host.find('\0') != std::string::npos) {
        return Failure{name(entry) + ": a host has at most " + std::to_string(ListWish::max_host) + " characters"};
    }
    return std::nullopt;
}

// Keys that may sign lists, each once.
std::set<Bytes> sast_keys(const std::vector<ListEntry>& entries) {
    std::set<Bytes> keys;
    for (const auto& entry : entries) {
        if (entry.role == Role::sast) {
            keys.insert(entry.certificate.der);
        }
    }
    return keys;
}

bool may_sign_lists(const TrustList& list, const SignerId& signer) {
    return std::any_of(list.records.begin(), list.records.end(), [&](const TrustRecord& record) {
        return record.role == Role::sast && names(signer, record.serial, record.issuer);
    });
}

}  // namespace

std::string_view file_name_of(ListKind kind) {
    return kind == ListKind::itl ? "ITLFile.tlv" : "CTLFile.tlv";
}

Result<Bytes> build_list(const Signer& signer, const ListWish& wish) {
    if (wish.signer_minor > ListWish::max_signer_minor) {
        return Failure{"a list of version 1." + std::to_string(wish.signer_minor) + "; there are 1.0 and 1.1"};
    }
    const auto signers = sast_keys(wish.entries);
    if (!signers.contains(signer.certificate().der)) {
        return Failure{"the certificate that signs the list, " + escaped(signer.certificate().subject) +
                       ", must be in it with the role SAST, or no phone would take the next one"};
    }
    if (signers.size() > ListWish::max_sast) {
        return Failure{"the list would have " + std::to_string(signers.size()) +
                       " certificates with the role SAST; phones take at most 2: the present signer and the next or the last "
                       "one. Delete one from the store phone-sast"};
    }
    Bytes body;
    for (const auto& entry : wish.entries) {
        if (auto wrong = check(entry, wish.kind)) {
            return *std::move(wrong);
        }
        const auto record = record_of(entry);
        body.insert(body.end(), record.begin(), record.end());
        if (body.size() > ListWish::max_file) {
            break;
        }
    }
    auto file =
        sign_file(signer,
                  {.file_name = std::string(file_name_of(wish.kind)),
                   .digest = wish.digest,
                   .time = wish.time,
                   .version_minor = list_version_minor,
                   .signer_version_minor = wish.kind == ListKind::itl ? std::optional(wish.signer_minor) : std::nullopt},
                  body);
    if (file && file->size() > ListWish::max_file) {
        return Failure{"the list would have more than " + std::to_string(ListWish::max_file) +
                       " bytes, which phones do not load; it has " + std::to_string(wish.entries.size()) +
                       " records. Delete certificates that no phone needs"};
    }
    return file;
}

Result<bool> check_change(const TrustList& before, const TrustList& next) {
    if (!may_sign_lists(before, next.header.signer)) {
        return Failure{
            "phones that have the list in force would refuse this one, and all files signed by " +
            escaped(next.header.signer.subject) +
            ", for good: it is not among those who may sign lists. Put the former key back, take the new certificate "
            "into the store phone-sast, build the list with the former key, wait until every phone has fetched it, "
            "and only then change the key"};
    }
    if (!may_sign_lists(next, before.header.signer)) {
        return Failure{
            "the signer of the list in force, " + escaped(before.header.signer.subject) +
            ", is not in this one; it must stay with the role SAST for one more list, so that phones can be led back"};
    }
    return true;
}

}  // namespace branchline::trust
