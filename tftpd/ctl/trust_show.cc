#include "tftpd/ctl/trust_show.h"

#include "tftpd/ctl/file_bytes.h"
#include "tftpd/ctl/tables.h"
#include "tftpd/trust/trust_list.h"
#include "tftpd/trust/wall_clock.h"

#include <iostream>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using trust::Certificate;
using trust::Digest;
using trust::PublicKey;
using trust::SignedFile;
using trust::TrustList;
using trust::TrustRecord;

constexpr std::size_t max_file = 64u << 20;  // bytes; the largest that a phone asks for is firmware

ElementPtr text(const std::string& value) {
    return Element::create(printable(value));
}

ElementPtr number(std::size_t value) {
    return Element::create(static_cast<std::int64_t>(value));
}

std::string version_text(const trust::Version& version) {
    return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

std::string plural(std::size_t count, const std::string& word) {
    return std::to_string(count) + ' ' + word + (count == 1 ? "" : "s");
}

ElementPtr record_element(const TrustRecord& record, const trust::SignerId& signer) {
    auto element = Element::createMap();
    element->set("role", text(trust::role_name(record.role)));
    element->set("host", text(record.host));
    if (record.address) {
        const auto& bytes = *record.address;
        element->set("address", text(std::to_string(bytes[0]) + '.' + std::to_string(bytes[1]) + '.' +
                                     std::to_string(bytes[2]) + '.' + std::to_string(bytes[3])));
    }
    element->set("subject", text(record.subject));
    element->set("issuer", text(record.issuer));
    element->set("serial", text(trust::hex(record.serial)));
    element->set("signer", Element::create(!record.serial.empty() && trust::names(signer, record.serial, record.issuer)));
    element->set("size", number(record.size));
    if (!record.public_key.empty()) {
        const auto key = PublicKey::parse(record.public_key);
        element->set("key", text(key ? key->text() : "unreadable: " + key.error().text));
    }
    if (!record.certificate.empty()) {
        element->set("certificate-sha1", text(trust::hex(trust::hash(Digest::sha1, {record.certificate}))));
        const auto certificate = Certificate::parse_der(record.certificate);
        if (certificate) {
            element->set("not-before", text(trust::time_text(certificate->not_before)));
            element->set("not-after", text(trust::time_text(certificate->not_after)));
        } else {
            element->set("certificate-fault", text(certificate.error().text));
        }
    }
    return element;
}

// Only a list carries its signer's key.
void add_verdict(const ElementPtr& element, const TrustList& list) {
    const auto signer = list.signer();
    element->set("signature", text(signer ? "valid" : "INVALID"));
    element->set("signature-reason",
                 text(signer ? "made by the key of record " + std::to_string(*signer + 1) : signer.error().text));
    auto records = Element::createList();
    for (const auto& record : list.records) {
        records->add(record_element(record, list.header.signer));
    }
    element->set("records", records);
}

std::string string_of(const ConstElementPtr& map, const char* name) {
    const auto value = map->get(name);
    return value && value->getType() == Element::string ? value->stringValue() : "";
}

std::string line(const std::string& word, const std::string& value) {
    return value.empty() ? "" : "  " + word + std::string(word.size() < 14 ? 14 - word.size() : 1, ' ') + value + '\n';
}

std::string spaced(const std::string& word, const std::string& value) {
    return value.empty() ? "" : "  " + word + value;
}

std::string record_text(std::size_t number, const ConstElementPtr& record) {
    const auto key = string_of(record, "key");
    const auto expiry = string_of(record, "not-after");
    const auto fault = string_of(record, "certificate-fault");
    const bool expired = !expiry.empty() && expiry < trust::time_text(trust::wall_now());
    auto head = std::to_string(number) + "  " + string_of(record, "role") + spaced("", string_of(record, "host"));
    if (string_of(record, "address") != string_of(record, "host")) {
        head += spaced("", string_of(record, "address"));
    }
    if (record->get("signer")->boolValue()) {
        head += "  <- the signer";
    }
    return head + '\n' + line("subject", string_of(record, "subject")) +
           (string_of(record, "issuer") == string_of(record, "subject") ? "" : line("issuer", string_of(record, "issuer"))) +
           line("serial", string_of(record, "serial")) + line("key", key) +
           line("valid", expiry.empty()
                             ? ""
                             : string_of(record, "not-before") + " to " + expiry + " UTC" + (expired ? "  EXPIRED" : "")) +
           line("SHA-1", string_of(record, "certificate-sha1")) +
           line("certificate", fault.empty() ? "" : "unreadable: " + fault) +
           (key.empty() ? line("note", "no key: phones then register without security") : "");
}

}  // namespace

Result<ElementPtr> trust_file_element(ByteView file) {
    const auto header = SignedFile::parse(file);
    if (!header) {
        return header.error();
    }
    const bool is_list = trust::is_trust_list(*header);
    auto element = Element::createMap();
    element->set("kind", text(is_list ? "trust list" : header->encrypted ? "signed, encrypted file" : "signed file"));
    element->set("name", text(header->file_name));
    element->set("size", number(file.size()));
    element->set("header-size", number(header->header_size));
    element->set("version", text(version_text(header->version)));
    if (header->signer_version) {
        element->set("signer-version", text(version_text(*header->signer_version)));
    }
    if (header->timestamp) {
        element->set("signed-at", text(trust::time_text(trust::WallTime(std::chrono::seconds(*header->timestamp)))));
    }
    element->set("digest", text(trust::digest_name(header->digest)));
    element->set("signer", text(header->signer.subject));
    element->set("signer-issuer", text(header->signer.issuer));
    element->set("signer-serial", text(trust::hex(header->signer.serial)));
    element->set("modulus-bits", number(header->modulus_bits));
    element->set("md5", text(trust::hex(trust::hash(Digest::md5, {file}))));
    element->set("sha1", text(trust::hex(trust::hash(Digest::sha1, {file}))));
    if (!is_list) {
        element->set("signature", text("not checked"));
        element->set("signature-reason", text("the signer's certificate is not in the file"));
        return element;
    }
    const auto list = TrustList::parse(file);
    if (!list) {
        return list.error();
    }
    add_verdict(element, *list);
    return element;
}

std::string trust_file_text(const ConstElementPtr& shown) {
    const auto records = shown->get("records");
    const auto bits = std::to_string(shown->get("modulus-bits")->intValue());
    auto lines = string_of(shown, "name") + ": " + string_of(shown, "kind") + ", " + shown->get("size")->str() + " bytes" +
                 (records ? ", " + plural(records->size(), "record") : "") + '\n';
    lines += line("version", string_of(shown, "version") + spaced("signer version ", string_of(shown, "signer-version")) +
                                 "  header " + shown->get("header-size")->str() + " bytes");
    lines += line("signer", string_of(shown, "signer"));
    if (string_of(shown, "signer-issuer") != string_of(shown, "signer")) {
        lines += line("issuer", string_of(shown, "signer-issuer"));
    }
    lines += line("serial", string_of(shown, "signer-serial"));
    const auto when = string_of(shown, "signed-at");
    lines += line("signed",
                  (when.empty() ? "at no stated time" : when + " UTC") + ", " + string_of(shown, "digest") + ", RSA " + bits);
    lines += line("signature", string_of(shown, "signature") + ": " + string_of(shown, "signature-reason"));
    lines += line("MD5", string_of(shown, "md5"));
    lines += line("SHA-1", string_of(shown, "sha1"));
    for (std::size_t i = 0; records && i < records->size(); ++i) {
        lines += '\n' + record_text(i + 1, records->get(static_cast<int>(i)));
    }
    return lines;
}

int show_trust_file(const std::string& path, bool json) {
    const auto bytes = file_bytes(path, max_file);
    if (!bytes) {
        std::cerr << "branchlinectl: " << bytes.error().text << '\n';
        return 1;
    }
    const auto shown = trust_file_element(*bytes);
    if (!shown) {
        std::cerr << "branchlinectl: " << path << ": " << shown.error().text << '\n';
        return 1;
    }
    std::cout << (json ? isc::data::prettyPrint(*shown, 0, 4) + '\n' : trust_file_text(*shown));
    return string_of(*shown, "signature") == "INVALID" ? 1 : 0;
}

}  // namespace branchline
