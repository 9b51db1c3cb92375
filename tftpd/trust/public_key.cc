#include "tftpd/trust/public_key.h"

#include <mbedtls/asn1.h>
#include <mbedtls/pk.h>

#include <array>

namespace branchline::trust {
namespace {

constexpr std::uint8_t uncompressed = 4;  // SEC 1 2.3.3
constexpr unsigned smallest_rsa = 512;    // the smallest that a signed file has a code for

class Key {
public:
    Key() { mbedtls_pk_init(&key_); }
    ~Key() { mbedtls_pk_free(&key_); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    mbedtls_pk_context* get() { return &key_; }

private:
    mbedtls_pk_context key_{};
};

// The bits of the field of the curve that a point of this many bytes lies on; 0 if none.
unsigned curve_of(ByteView point) {
    struct Curve {
        std::size_t point_size;
        unsigned bits;
    };
    static constexpr std::array<Curve, 3> curves{{{65, 256}, {97, 384}, {133, 521}}};
    for (const auto& curve : curves) {
        if (point.size() == curve.point_size && point[0] == uncompressed) {
            return curve.bits;
        }
    }
    return 0;
}

// Is the outermost SEQUENCE all there is? mbedTLS does not mind what follows.
bool is_one_sequence(ByteView bytes) {
    auto* at = const_cast<unsigned char*>(bytes.data());
    std::size_t size = 0;
    const auto* end = bytes.data() + bytes.size();
    return mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) == 0 && at + size == end;
}

// mbedTLS writes DER to the end of its buffer.
template <typename Write>
Bytes written(Write write) {
    Bytes buffer(PublicKey::max_size);
    const auto size = write(buffer.data(), buffer.size());
    return size <= 0 ? Bytes() : Bytes(buffer.end() - size, buffer.end());
}

}  // namespace

Result<PublicKey> PublicKey::parse(ByteView bytes) {
    if (bytes.empty() || bytes.size() > max_size) {
        return Failure{"a public key has " + std::to_string(bytes.size()) + " bytes; 1 to " + std::to_string(max_size) +
                       " are possible"};
    }
    if (const auto curve = curve_of(bytes)) {
        return PublicKey(Kind::ec, curve, Bytes(bytes.begin(), bytes.end()));
    }
    Key key;
    if (!is_one_sequence(bytes) || mbedtls_pk_parse_public_key(key.get(), bytes.data(), bytes.size()) != 0) {
        return Failure{"the public key is neither an RSA key nor a point on P-256, P-384 or P-521"};
    }
    const auto bits = static_cast<unsigned>(mbedtls_pk_get_bitlen(key.get()));
    auto plain = written([&key](unsigned char* buffer, std::size_t size) {
        auto* end = buffer + size;
        return mbedtls_pk_write_pubkey(&end, buffer, key.get());
    });
    if (mbedtls_pk_can_do(key.get(), MBEDTLS_PK_RSA) != 0) {
        if (bits < smallest_rsa || plain.empty()) {
            return Failure{"the RSA key has " + std::to_string(bits) + " bits; 512 to 8192 are possible"};
        }
        return PublicKey(Kind::rsa, bits, std::move(plain));
    }
    const auto curve = plain.empty() ? 0 : curve_of(plain);
    if (curve == 0) {
        return Failure{"the EC key is on a curve other than P-256, P-384 and P-521"};
    }
    return PublicKey(Kind::ec, curve, std::move(plain));
}

std::string PublicKey::text() const {
    return (kind_ == Kind::rsa ? "RSA " : "EC P-") + std::to_string(bits_);
}

bool PublicKey::verifies(Digest digest, ByteView hash, ByteView signature) const {
    const auto type = digest == Digest::sha1     ? MBEDTLS_MD_SHA1
                      : digest == Digest::sha256 ? MBEDTLS_MD_SHA256
                                                 : MBEDTLS_MD_SHA512;
    Key key;
    if (kind_ != Kind::rsa || digest == Digest::md5 || hash.empty() ||
        mbedtls_pk_parse_public_key(key.get(), bytes_.data(), bytes_.size()) != 0) {
        return false;
    }
    return mbedtls_pk_verify(key.get(), type, hash.data(), hash.size(), signature.data(), signature.size()) == 0;
}

}  // namespace branchline::trust
