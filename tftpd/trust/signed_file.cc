#include "tftpd/trust/signed_file.h"

#include "tftpd/trust/distinguished_name.h"
#include "tftpd/trust/tlv.h"

#include <algorithm>
#include <array>
#include <set>

namespace branchline::trust {
namespace {

// VERSION and HEADERLENGTH: 01 0002 <2> 02 0002 <2>.
constexpr std::size_t opening_size = 10;
constexpr std::array<unsigned, 4> modulus_bits{512, 1024, 2048, 4096};  // by SIGNATUREMODULUS
constexpr std::uint8_t rsa_pkcs1 = 0;

Failure bad(const std::string& what) {
    return Failure{"not a signed file: " + what};
}

constexpr auto outermost = static_cast<HeaderTag>(0);

HeaderTag container_of(HeaderTag tag) {
    switch (tag) {
        case HeaderTag::signer_name:
        case HeaderTag::serial_number:
        case HeaderTag::ca_name:
            return HeaderTag::signer_id;
        case HeaderTag::digest_algorithm:
        case HeaderTag::signature_algorithm_info:
            return HeaderTag::signature_info;
        case HeaderTag::signature_algorithm:
        case HeaderTag::signature_modulus:
            return HeaderTag::signature_algorithm_info;
        default:
            return outermost;
    }
}

/// Takes a header's elements, each at most once, and says what is missing.
class HeaderReader {
public:
    explicit HeaderReader(SignedFile& file) : file_(file) {}

    std::optional<Failure> read(ByteView header) {
        if (auto failure = read_elements(header, outermost)) {
            return failure;
        }
        for (const auto& [tag, name] : needed) {
            if (!seen_.contains(static_cast<std::uint8_t>(tag))) {
                return bad(std::string(name) + " is missing");
            }
        }
        if (file_.signature.size() * 8 != file_.modulus_bits) {
            return bad("SIGNATURE has " + std::to_string(file_.signature.size()) + " bytes and SIGNATUREMODULUS says " +
                       std::to_string(file_.modulus_bits) + " bit");
        }
        return std::nullopt;
    }

private:
    static constexpr std::array<std::pair<HeaderTag, std::string_view>, 9> needed{
        {{HeaderTag::version, "VERSION"},
         {HeaderTag::signer_name, "SIGNERNAME"},
         {HeaderTag::serial_number, "SERIALNUMBER"},
         {HeaderTag::ca_name, "CANAME"},
         {HeaderTag::digest_algorithm, "DIGESTALGO"},
         {HeaderTag::signature_algorithm, "SIGNATUREALGO"},
         {HeaderTag::signature_modulus, "SIGNATUREMODULUS"},
         {HeaderTag::signature, "SIGNATURE"},
         {HeaderTag::file_name, "FILENAME"}}};

    // `inside`: the container that the bytes are the value of.
    std::optional<Failure> read_elements(ByteView bytes, HeaderTag inside) {
        TlvReader reader(bytes, inside == outermost ? TlvReader::Padding::single_bytes : TlvReader::Padding::none);
        for (;;) {
            const auto next = reader.next();
            if (!next) {
                return bad(next.error().text);
            }
            if (!*next) {
                return std::nullopt;
            }
            const auto& element = **next;
            if (container_of(static_cast<HeaderTag>(element.tag)) != inside) {
                return bad("the element with tag " + std::to_string(element.tag) + " is not where it belongs");
            }
            if (!seen_.insert(element.tag).second) {
                return bad("the element with tag " + std::to_string(element.tag) + " is there twice");
            }
            if (auto failure = take(element)) {
                return failure;
            }
        }
    }

    std::optional<Failure> take(const Tlv& element) {
        const auto tag = static_cast<HeaderTag>(element.tag);
        switch (tag) {
            case HeaderTag::signer_id:
            case HeaderTag::signature_info:
            case HeaderTag::signature_algorithm_info:
                return read_elements(element.value, tag);
            case HeaderTag::version:
                return take_version(element.value, file_.version);
            case HeaderTag::header_length:
                return std::nullopt;  // it was needed before
            case HeaderTag::signer_version:
                return take_version(element.value, file_.signer_version.emplace());
            case HeaderTag::signer_name:
                return take_text(element.value, file_.signer.subject);
            case HeaderTag::ca_name:
                return take_text(element.value, file_.signer.issuer);
            case HeaderTag::file_name:
                return take_text(element.value, file_.file_name);
            case HeaderTag::serial_number:
                file_.signer.serial.assign(element.value.begin(), element.value.end());
                return std::nullopt;
            case HeaderTag::digest_algorithm:
            case HeaderTag::signature_algorithm:
            case HeaderTag::signature_modulus:
                return take_code(tag, element.value);
            case HeaderTag::signature:
                file_.signature = element.value;
                file_.signature_offset = element.offset;
                return std::nullopt;
            case HeaderTag::timestamp:
                if (element.value.size() != 4) {
                    return bad("TIMESTAMP has " + std::to_string(element.value.size()) + " bytes instead of 4");
                }
                file_.timestamp = read_u32(element.value, 0);
                return std::nullopt;
            default:
                if (tag >= HeaderTag::encryption_info && tag <= HeaderTag::encrypted_last) {
                    file_.encrypted = true;
                    return std::nullopt;
                }
                return bad("an element with tag " + std::to_string(element.tag) + " is not known");
        }
    }

    static std::optional<Failure> take_version(ByteView value, Version& version) {
        if (value.size() != 2) {
            return bad("a version has " + std::to_string(value.size()) + " bytes instead of 2");
        }
        version = {value[0], value[1]};
        return std::nullopt;
    }

    static std::optional<Failure> take_text(ByteView value, std::string& text) {
        const auto found = text_of(value);
        if (!found) {
            return bad("a text has a NUL inside");
        }
        text = *found;
        return std::nullopt;
    }

    std::optional<Failure> take_code(HeaderTag tag, ByteView value) {
        if (value.size() != 1) {
            return bad("an algorithm's code has " + std::to_string(value.size()) + " bytes instead of 1");
        }
        const auto code = value[0];
        if (tag == HeaderTag::digest_algorithm) {
            if (code < static_cast<std::uint8_t>(Digest::sha1) || code > static_cast<std::uint8_t>(Digest::sha512)) {
                return bad("DIGESTALGO " + std::to_string(code) + " is not known");
            }
            file_.digest = static_cast<Digest>(code);
        } else if (tag == HeaderTag::signature_algorithm && code != rsa_pkcs1) {
            return bad("SIGNATUREALGO " + std::to_string(code) + " is not known");
        } else if (tag == HeaderTag::signature_modulus) {
            if (code >= modulus_bits.size()) {
                return bad("SIGNATUREMODULUS " + std::to_string(code) + " is not known");
            }
            file_.modulus_bits = modulus_bits[code];
        }
        return std::nullopt;
    }

    SignedFile& file_;
    std::set<std::uint8_t> seen_;
};

}  // namespace

bool looks_signed(ByteView file) {
    return file.size() >= opening_size && file[0] == 1 && read_u16(file, 1) == 2 && file[5] == 2 && read_u16(file, 6) == 2;
}

Result<SignedFile> SignedFile::parse(ByteView file) {
    if (!looks_signed(file)) {
        return bad("it does not begin with VERSION and HEADERLENGTH");
    }
    SignedFile parsed;
    parsed.header_size = read_u16(file, 8);
    if (parsed.header_size < opening_size || parsed.header_size > file.size()) {
        return bad("HEADERLENGTH is " + std::to_string(parsed.header_size) + " and the file has " +
                   std::to_string(file.size()) + " bytes");
    }
    if (auto failure = HeaderReader(parsed).read(file.first(parsed.header_size))) {
        return *std::move(failure);
    }
    parsed.whole = file;
    parsed.body = file.subspan(parsed.header_size);
    return parsed;
}

bool SignedFile::is_signed_by(const PublicKey& key) const {
    if (key.kind() != PublicKey::Kind::rsa || key.bits() != modulus_bits) {
        return false;
    }
    const auto after = signature_offset + tlv_head_size + signature.size();
    return key.verifies(digest, hash(digest, {whole.first(signature_offset), whole.subspan(after)}), signature);
}

bool same_serial(ByteView one, ByteView other) {
    return std::ranges::equal(without_leading_zeros(one), without_leading_zeros(other));
}

bool names(const SignerId& id, ByteView serial, std::string_view issuer) {
    return same_serial(id.serial, serial) && same_name(id.issuer, issuer);
}

}  // namespace branchline::trust
