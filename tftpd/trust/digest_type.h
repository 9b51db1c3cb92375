// A hash function's number in mbedTLS.
#pragma once

#include "tftpd/trust/digest.h"

#include <mbedtls/md.h>

namespace branchline::trust {

constexpr mbedtls_md_type_t mbedtls_type(Digest digest) {
    switch (digest) {
        case Digest::md5:
            return MBEDTLS_MD_MD5;
        case Digest::sha1:
            return MBEDTLS_MD_SHA1;
        case Digest::sha256:
            return MBEDTLS_MD_SHA256;
        case Digest::sha512:
            break;
    }
    return MBEDTLS_MD_SHA512;
}

}  // namespace branchline::trust
