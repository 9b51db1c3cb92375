#include "tftpd/resolve/trust_reader.h"

#include "tftpd/base/bytes.h"
#include "tftpd/store/device_names.h"
#include "tftpd/store/file_name.h"
#include "tftpd/trust/digest.h"
#include "tftpd/trust/distinguished_name.h"
#include "tftpd/trust/trust_list.h"

#include <algorithm>
#include <string>

namespace branchline {
namespace {

constexpr std::size_t most_read = 64 * 1024;  // bytes; a header has no more, and phones load no larger list
constexpr std::size_t name_shown = 120;       // characters

Bytes beginning_of(const Content& content) {
    Bytes bytes(std::min<std::uint64_t>(content.size().value_or(0), most_read));
    const auto read = content.read(0, bytes);
    bytes.resize(read.state == tftp::BlockRead::State::ok ? read.bytes : 0);
    return bytes;
}

KeyId id_of(ByteView serial, std::string_view issuer) {
    const auto digest =
        trust::hash(trust::Digest::sha256, {without_leading_zeros(serial), as_bytes(trust::comparable_name(issuer))});
    KeyId id = 0;
    for (std::size_t i = 0; i < sizeof id; ++i) {
        id = id << 8 | digest[i];
    }
    return id;
}

bool may_sign_files(trust::Role role) {
    return role == trust::Role::sast || role == trust::Role::tftp || role == trust::Role::ccm_tftp;
}

}  // namespace

FileTrust read_trust(std::string_view name, const Content& content) {
    FileTrust found;
    const auto key = to_key(name);
    const bool is_list = key.ends_with(".tlv");
    if (!is_list && (device_of_key(key).empty() || key.find(".cnf.xml") == std::string::npos)) {
        return found;
    }
    const auto bytes = beginning_of(content);
    if (bytes.empty()) {
        return found;
    }
    const auto signed_by = trust::SignedFile::parse(bytes);
    if (!signed_by) {
        found.form = trust::looks_signed(bytes) ? FileTrust::Form::not_looked_at : FileTrust::Form::plain;
        return found;
    }
    found.form = FileTrust::Form::signed_once;
    found.signer = id_of(signed_by->signer.serial, signed_by->signer.issuer);
    found.signer_name = escaped(signed_by->signer.subject, name_shown);
    if (is_list) {
        const auto list = trust::TrustList::parse(bytes);
        found.form = list ? FileTrust::Form::list : FileTrust::Form::not_looked_at;
        for (const auto& record : list ? list->records : std::vector<trust::TrustRecord>()) {
            if (may_sign_files(record.role) && !record.serial.empty()) {
                found.accepted.push_back(id_of(record.serial, record.issuer));
            }
        }
    }
    return found;
}

}  // namespace branchline
