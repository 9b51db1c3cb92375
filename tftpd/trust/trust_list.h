// A trust list: CTLFile.tlv, ITLFile.tlv and what phones ask for as CTLSEP….tlv and ITLSEP….tlv. A signed file whose body is
// records, one for each key that a phone may trust, back to back to the end:
//
//   RECORDLENGTH(whole record) DNSNAME SUBJECTNAME FUNCTION ISSUERNAME SERIALNUMBER PUBLICKEY SIGNATURE CERTIFICATE IPADDRESS
//
// Only RECORDLENGTH, which comes first, and FUNCTION are in every record; what is not there is empty here. A list says itself
// who signed it: the record with the signer's serial number and issuer.
#pragma once

#include "tftpd/trust/certificate.h"
#include "tftpd/trust/signed_file.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace branchline::trust {

/// The numbers of a record's elements.
enum class RecordTag : std::uint8_t {
    record_length = 1,
    dns_name = 2,
    subject_name = 3,
    function = 4,
    issuer_name = 5,
    serial_number = 6,
    public_key = 7,
    signature = 8,
    certificate = 9,
    ip_address = 10,
    certificate_hash = 11,
    hash_algorithm = 12,
};

/// What a record's key may be used for. Other numbers may occur.
enum class Role : std::uint16_t { sast = 0, ccm = 1, ccm_tftp = 2, tftp = 3, capf = 4, app_server = 7, tvs = 21 };

/// "SAST", "CCM+TFTP", "TVS" …, or the number.
std::string role_name(Role role);

struct TrustRecord {
    Role role{};
    std::string host;  ///< DNSNAME: a name or an address
    std::string subject;
    std::string issuer;
    Bytes serial;
    Bytes public_key;   ///< as in the file; PublicKey::parse() takes it
    Bytes signature;    ///< of the certificate
    Bytes certificate;  ///< DER
    std::optional<std::array<std::uint8_t, 4>> address;
    std::size_t size = 0;  ///< bytes of the record
};

struct TrustList {
    static constexpr std::size_t max_size = 1u << 20;  ///< bytes of a list that is read; phones load at most 64 KiB
    static constexpr std::size_t max_records = 1024;

    SignedFile header;
    std::vector<TrustRecord> records;

    /// `file` must live as long as the list.
    static Result<TrustList> parse(ByteView file);

    /// The record of the key that signed this list, if the signature is valid and the record has the role SAST, as phones
    /// demand; a Failure says why it is not.
    [[nodiscard]] Result<std::size_t> signer() const;
};

/// Is the file a trust list, by the name it was signed with?
bool is_trust_list(const SignedFile& file);

}  // namespace branchline::trust
