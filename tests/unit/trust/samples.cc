#include "tests/unit/trust/samples.h"

#include "tftpd/trust/tlv.h"

namespace branchline::trust::samples {

const LocalSigner& alice() {
    static const LocalSigner signer(1024, "C=PL,ST=Malopolska,L=Krakow,O=Example,OU=Lab,CN=alice");
    return signer;
}

const LocalSigner& bob() {
    static const LocalSigner signer(1024, "CN=bob,O=Example");
    return signer;
}

const LocalSigner& grown_up() {
    static const LocalSigner signer(2048, "CN=grown-up,O=Example");
    return signer;
}

Bytes bytes(std::string_view text) {
    return Bytes(text.begin(), text.end());
}

Bytes signed_sample(const Signer& signer, Digest digest, const std::string& name, std::string_view body) {
    return *sign_file(signer, {.file_name = name, .digest = digest, .time = noon}, as_bytes(body));
}

Bytes record(const Certificate& certificate, Role role, const std::string& host) {
    const auto tag = [](RecordTag one) { return static_cast<std::uint8_t>(one); };
    TlvWriter writer;
    writer.add_u16(tag(RecordTag::record_length), 0);
    writer.add_text(tag(RecordTag::dns_name), host);
    writer.add_text(tag(RecordTag::subject_name), certificate.subject);
    writer.add_u16(tag(RecordTag::function), static_cast<std::uint16_t>(role));
    writer.add_text(tag(RecordTag::issuer_name), certificate.issuer);
    writer.add(tag(RecordTag::serial_number), certificate.serial);
    writer.add(tag(RecordTag::public_key), certificate.key.bytes());
    writer.add(tag(RecordTag::signature), certificate.signature);
    writer.add(tag(RecordTag::certificate), certificate.der);
    writer.add(tag(RecordTag::ip_address), bytes({"\xc0\x00\x02\x0a", 4}));
    write_u16(writer.bytes(), 3, static_cast<std::uint16_t>(writer.bytes().size()));
    return writer.bytes();
}

Bytes list_sample(const Signer& signer, const Signer& other) {
    Bytes body = record(signer.certificate(), Role::sast, "192.0.2.10");
    for (const auto& more : {record(signer.certificate(), Role::ccm_tftp, "192.0.2.10"),
                             record(other.certificate(), Role::tvs, "tvs.example.com")}) {
        body.insert(body.end(), more.begin(), more.end());
    }
    return *sign_file(
        signer,
        {.file_name = "ITLFile.tlv", .digest = Digest::sha512, .time = noon, .version_minor = 2, .signer_version_minor = 1},
        body);
}

}  // namespace branchline::trust::samples
