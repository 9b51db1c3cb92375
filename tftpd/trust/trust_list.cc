#include "tftpd/trust/trust_list.h"

#include "tftpd/base/letters.h"
#include "tftpd/trust/tlv.h"

#include <algorithm>
#include <set>

namespace branchline::trust {
namespace {

// RECORDLENGTH: 01 0002 <2>; it counts itself.
constexpr std::size_t record_opening = 5;

Failure bad(std::size_t record, const std::string& what) {
    return Failure{"not a trust list: record " + std::to_string(record + 1) + ": " + what};
}

std::optional<std::string> take_text(ByteView value, std::string& into) {
    const auto text = text_of(value);
    if (!text) {
        return "a text has a NUL inside";
    }
    into = *text;
    return std::nullopt;
}

std::optional<std::string> take_bytes(ByteView value, Bytes& into) {
    into.assign(value.begin(), value.end());
    return std::nullopt;
}

// What is wrong with the element, if anything is.
std::optional<std::string> take(const Tlv& element, TrustRecord& record) {
    switch (static_cast<RecordTag>(element.tag)) {
        case RecordTag::dns_name:
            return take_text(element.value, record.host);
        case RecordTag::subject_name:
            return take_text(element.value, record.subject);
        case RecordTag::issuer_name:
            return take_text(element.value, record.issuer);
        case RecordTag::serial_number:
            return take_bytes(element.value, record.serial);
        case RecordTag::public_key:
            return take_bytes(element.value, record.public_key);
        case RecordTag::signature:
            return take_bytes(element.value, record.signature);
        case RecordTag::certificate:
            return take_bytes(element.value, record.certificate);
        case RecordTag::function:
            if (element.value.size() != 2) {
                return "FUNCTION has " + std::to_string(element.value.size()) + " bytes instead of 2";
            }
            record.role = static_cast<Role>(read_u16(element.value, 0));
            return std::nullopt;
        case RecordTag::ip_address:
            if (element.value.size() == 4) {
                std::copy_n(element.value.begin(), 4, record.address.emplace().begin());
            }
            return std::nullopt;  // an IPv6 address would be passed over: DNSNAME has it as text
        case RecordTag::record_length:
        case RecordTag::certificate_hash:
        case RecordTag::hash_algorithm:
            return std::nullopt;
    }
    return "an element with tag " + std::to_string(element.tag) + " is not known";
}

Result<TrustRecord> read_record(ByteView bytes, std::size_t number) {
    TrustRecord record;
    record.size = bytes.size();
    std::set<std::uint8_t> seen;
    const auto fault = TlvReader(bytes).each([&](const Tlv& element) {
        return seen.insert(element.tag).second ? take(element, record).value_or("")
                                               : "the element with tag " + std::to_string(element.tag) + " is there twice";
    });
    if (!fault.empty()) {
        return bad(number, fault);
    }
    if (!seen.contains(static_cast<std::uint8_t>(RecordTag::function))) {
        return bad(number, "FUNCTION is missing");
    }
    return record;
}

}  // namespace

std::string role_name(Role role) {
    switch (role) {
        case Role::sast:
            return "SAST";
        case Role::ccm:
            return "CCM";
        case Role::ccm_tftp:
            return "CCM+TFTP";
        case Role::tftp:
            return "TFTP";
        case Role::capf:
            return "CAPF";
        case Role::app_server:
            return "APP-SERVER";
        case Role::tvs:
            return "TVS";
    }
    return std::to_string(static_cast<unsigned>(role));
}

bool is_trust_list(const SignedFile& file) {
    return to_lower(file.file_name).ends_with(".tlv");
}

Result<TrustList> TrustList::parse(ByteView file) {
    if (file.size() > max_size) {
        return Failure{"not a trust list: " + std::to_string(file.size()) + " bytes; at most " + std::to_string(max_size) +
                       " are read"};
    }
    auto header = SignedFile::parse(file);
    if (!header) {
        return header.error();
    }
    TrustList list{*std::move(header), {}};
    for (auto rest = list.header.body; !rest.empty();) {
        const auto number = list.records.size();
        if (number == max_records) {
            return bad(number, "more than " + std::to_string(max_records) + " records");
        }
        if (rest.size() < record_opening || rest[0] != static_cast<std::uint8_t>(RecordTag::record_length) ||
            read_u16(rest, 1) != 2) {
            return bad(number, "it does not begin with RECORDLENGTH");
        }
        const std::size_t size = read_u16(rest, 3);
        if (size < record_opening || size > rest.size()) {
            return bad(number,
                       "RECORDLENGTH is " + std::to_string(size) + ", and " + std::to_string(rest.size()) + " bytes are left");
        }
        auto record = read_record(rest.first(size), number);
        if (!record) {
            return record.error();
        }
        list.records.push_back(*std::move(record));
        rest = rest.subspan(size);
    }
    return list;
}

Result<std::size_t> TrustList::signer() const {
    bool named = false;
    bool may_sign = false;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!names(header.signer, records[i].serial, records[i].issuer)) {
            continue;
        }
        named = true;
        if (records[i].role != Role::sast) {
            continue;
        }
        may_sign = true;
        const auto key = PublicKey::parse(records[i].public_key);
        if (key && header.is_signed_by(*key)) {
            return i;
        }
    }
    return Failure{may_sign ? "the signature does not fit the list: it was changed, or is signed by another key"
                   : named  ? "the signer is in the list, but not with the role SAST, which alone may sign lists"
                            : "the signer is not in the list"};
}

}  // namespace branchline::trust
