// A signed file: SEP….cnf.xml.sgn and all other *.sgn, and the header that trust lists (*.tlv) carry alike.
//
//   VERSION HEADERLENGTH [SIGNERVERSION] SIGNERID{SIGNERNAME SERIALNUMBER CANAME} SIGNATUREINFO{DIGESTALGO
//   SIGNATUREALGOINFO{SIGNATUREALGO SIGNATUREMODULUS}} SIGNATURE FILENAME [TIMESTAMP] padding to a multiple of 4 | body
//
// VERSION and HEADERLENGTH come first; the others are taken in any order, because makers differ. The signature is RSASSA-
// PKCS1-v1_5 over the whole file without the SIGNATURE element, body and padding included. Parsing holds a file to this form
// and trusts nothing in it; whether it is genuine only is_signed_by() says.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"
#include "tftpd/trust/digest.h"
#include "tftpd/trust/public_key.h"

#include <cstdint>
#include <optional>
#include <string>

namespace branchline::trust {

/// The numbers of the header's elements.
enum class HeaderTag : std::uint8_t {
    version = 1,
    header_length = 2,
    signer_id = 3,
    signer_name = 4,
    serial_number = 5,
    ca_name = 6,
    signature_info = 7,
    digest_algorithm = 8,
    signature_algorithm_info = 9,
    signature_algorithm = 10,
    signature_modulus = 11,
    signature = 12,
    file_name = 14,
    timestamp = 15,
    encryption_info = 16,  ///< it and what else is in 16 to 27: an encrypted configuration's, passed on and not looked into
    encrypted_last = 27,
    signer_version = 28,
};

struct Version {
    std::uint8_t major = 0;
    std::uint8_t minor = 0;
    bool operator==(const Version&) const = default;
};

/// Who signed: found again among certificates by serial number and issuer.
struct SignerId {
    std::string subject;
    std::string issuer;
    Bytes serial;  ///< big-endian; leading zeros are dropped when it is compared
};

/// Are these one serial number? Leading zeros count for nothing.
bool same_serial(ByteView one, ByteView other);

/// Does the identity name this serial number and issuer?
bool names(const SignerId& id, ByteView serial, std::string_view issuer);

/// What the body is; views point into the bytes that were parsed.
struct SignedFile {
    Version version;
    std::size_t header_size = 0;  ///< bytes, padding included
    std::optional<Version> signer_version;
    SignerId signer;
    Digest digest = Digest::sha1;
    unsigned modulus_bits = 0;
    ByteView signature;
    std::size_t signature_offset = 0;  ///< of the SIGNATURE element
    std::string file_name;
    std::optional<std::uint32_t> timestamp;  ///< seconds since 1970
    bool encrypted = false;
    ByteView whole;
    ByteView body;

    static Result<SignedFile> parse(ByteView file);

    [[nodiscard]] bool is_signed_by(const PublicKey& key) const;
};

/// Does it begin like a signed file? For telling it from plain text before parsing.
bool looks_signed(ByteView file);

}  // namespace branchline::trust
