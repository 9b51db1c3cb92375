#include "tftpd/trust/digest.h"

#include "tftpd/trust/digest_type.h"

#include <mbedtls/md.h>

#include <cassert>

namespace branchline::trust {
const char* digest_name(Digest digest) {
    switch (digest) {
        case Digest::md5:
            return "MD5";
        case Digest::sha1:
            return "SHA-1";
        case Digest::sha256:
            return "SHA-256";
        case Digest::sha512:
            break;
    }
    return "SHA-512";
}

Bytes hash(Digest digest, std::initializer_list<ByteView> parts) {
    const auto* info = mbedtls_md_info_from_type(mbedtls_type(digest));
    assert(info != nullptr);
    mbedtls_md_context_t context;
    mbedtls_md_init(&context);
    int error = mbedtls_md_setup(&context, info, 0);
    error = error != 0 ? error : mbedtls_md_starts(&context);
    for (const auto part : parts) {
        error = error != 0 ? error : mbedtls_md_update(&context, part.data(), part.size());
    }
    Bytes result(mbedtls_md_get_size(info));
    error = error != 0 ? error : mbedtls_md_finish(&context, result.data());
    mbedtls_md_free(&context);
    if (error != 0) {
        result.clear();  // no memory: an empty hash fits no signature
    }
    return result;
}

std::string hex(ByteView bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text;
}

}  // namespace branchline::trust
