#include "tftpd/trust/signer.h"

#include "tftpd/trust/signed_file.h"
#include "tftpd/trust/tlv.h"

#include <array>

namespace branchline::trust {
namespace {

constexpr std::size_t largest_header = 65535;
constexpr std::size_t alignment = 4;  // of HEADERLENGTH
constexpr std::size_t header_length_at = 8;

constexpr std::uint8_t code(HeaderTag tag) {
    return static_cast<std::uint8_t>(tag);
}

// The number in SIGNATUREMODULUS.
std::optional<std::uint8_t> modulus_code(unsigned bits) {
    switch (bits) {
        case 1024:
            return 1;
        case 2048:
            return 2;
        case 4096:
            return 3;
        default:
            return std::nullopt;
    }
}

void add_version(TlvWriter& writer, HeaderTag tag, std::uint8_t minor) {
    writer.add(code(tag), std::array<std::uint8_t, 2>{1, minor});
}

TlvWriter signer_id(const Certificate& certificate) {
    TlvWriter id;
    id.add_text(code(HeaderTag::signer_name), certificate.subject);
    id.add(code(HeaderTag::serial_number), certificate.serial);
    id.add_text(code(HeaderTag::ca_name), certificate.issuer);
    return id;
}

TlvWriter signature_info(Digest digest, std::uint8_t modulus) {
    TlvWriter algorithm;
    algorithm.add_u8(code(HeaderTag::signature_algorithm), 0);  // RSASSA-PKCS1-v1_5
    algorithm.add_u8(code(HeaderTag::signature_modulus), modulus);
    TlvWriter info;
    info.add_u8(code(HeaderTag::digest_algorithm), static_cast<std::uint8_t>(digest));
    info.add(code(HeaderTag::signature_algorithm_info), algorithm);
    return info;
}

}  // namespace

Result<bool> check_signing_bits(unsigned bits) {
    if (!modulus_code(bits)) {
        return Failure{"a key of RSA " + std::to_string(bits) +
                       " cannot sign for phones: the header of a signed file has codes for 1024, 2048 and 4096 bit only"};
    }
    return true;
}

Result<Bytes> sign_file(const Signer& signer, const Envelope& envelope, ByteView body) {
    const auto& certificate = signer.certificate();
    const auto bits = certificate.key.bits();
    if (certificate.key.kind() != PublicKey::Kind::rsa) {
        return Failure{"phones take signatures of RSA keys only; this certificate has " + certificate.key.text()};
    }
    if (const auto good = check_signing_bits(bits); !good) {
        return good.error();
    }
    TlvWriter before;
    add_version(before, HeaderTag::version, envelope.version_minor);
    before.add_u16(code(HeaderTag::header_length), 0);
    if (envelope.signer_version_minor) {
        add_version(before, HeaderTag::signer_version, *envelope.signer_version_minor);
    }
    before.add(code(HeaderTag::signer_id), signer_id(certificate));
    before.add(code(HeaderTag::signature_info), signature_info(envelope.digest, *modulus_code(bits)));
    TlvWriter after;
    after.add_text(code(HeaderTag::file_name), envelope.file_name);
    after.add_u32(code(HeaderTag::timestamp), static_cast<std::uint32_t>(envelope.time.time_since_epoch().count()));

    const auto signature_size = tlv_head_size + bits / 8;
    const auto unpadded = before.bytes().size() + signature_size + after.bytes().size();
    after.add_padding((alignment - unpadded % alignment) % alignment);
    const auto header_size = before.bytes().size() + signature_size + after.bytes().size();
    if (header_size > largest_header) {
        return Failure{"the header of the signed file would have " + std::to_string(header_size) + " bytes"};
    }
    write_u16(before.bytes(), header_length_at, static_cast<std::uint16_t>(header_size));

    const auto signature = signer.sign(envelope.digest, hash(envelope.digest, {before.bytes(), after.bytes(), body}));
    if (!signature) {
        return signature.error();
    }
    if (signature->size() != bits / 8) {
        return Failure{"the signature has another size than the certificate's key"};
    }
    before.add(code(HeaderTag::signature), *signature);
    auto file = std::move(before.bytes());
    file.insert(file.end(), after.bytes().begin(), after.bytes().end());
    file.insert(file.end(), body.begin(), body.end());
    return file;
}

}  // namespace branchline::trust
