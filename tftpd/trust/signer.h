// Who signs: a certificate, and a key that need not be in this process.
#pragma once

#include "tftpd/trust/certificate.h"
#include "tftpd/trust/digest.h"

namespace branchline::trust {

class Signer {
public:
    virtual ~Signer() = default;
    [[nodiscard]] virtual const Certificate& certificate() const = 0;
    /// The RSASSA-PKCS1-v1_5 signature of `hash`, made by `digest`. Any thread; may take some milliseconds.
    [[nodiscard]] virtual Result<Bytes> sign(Digest digest, ByteView hash) const = 0;
};

/// What goes into the header beside the signer.
struct Envelope {
    std::string
        file_name;  ///< as the phone asks for it, sub-directory and ".sgn" included; ITLFile.tlv or CTLFile.tlv in lists
    Digest digest = Digest::sha1;
    WallTime time;
    std::uint8_t version_minor = 0;                      ///< of VERSION 1.x: 0 in signed files, 2 in trust lists
    std::optional<std::uint8_t> signer_version_minor{};  ///< of SIGNERVERSION 1.x; ITL only
};

/// The body with a header before it, in the order in which Cisco's files have it (see signed_file.h).
Result<Bytes> sign_file(const Signer& signer, const Envelope& envelope, ByteView body);

/// Is an RSA key of this many bits good for signing? A Failure says why not.
Result<bool> check_signing_bits(unsigned bits);

}  // namespace branchline::trust
