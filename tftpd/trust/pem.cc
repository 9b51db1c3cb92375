#include "tftpd/trust/pem.h"

#include "tftpd/trust/error_text.h"

#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>

#include <utility>

namespace branchline::trust {

Result<Bytes> der_of_pem(std::string_view text, const PemLines& lines) {
    const std::string begin(lines.begin);
    const std::string end(lines.end);
    std::string copy(text);  // mbedTLS wants a NUL behind it
    mbedtls_pem_context pem;
    mbedtls_pem_init(&pem);
    std::size_t used = 0;
    const int error = mbedtls_pem_read_buffer(&pem, begin.c_str(), end.c_str(),
                                              reinterpret_cast<const unsigned char*>(copy.c_str()), nullptr, 0, &used);
    Bytes der;
    if (error == 0) {
        std::size_t size = 0;
        const auto* bytes = mbedtls_pem_get_buffer(&pem, &size);
        der.assign(bytes, bytes + size);
    }
    mbedtls_pem_free(&pem);
    mbedtls_platform_zeroize(copy.data(), copy.size());
    return error == 0 ? Result<Bytes>(std::move(der)) : Failure{error_text(error)};
}

std::string pem_of(ByteView der, const PemLines& lines) {
    const auto begin = std::string(lines.begin) + '\n';
    const auto end = std::string(lines.end) + '\n';
    std::string text(2 * der.size() + 128, '\0');
    std::size_t size = 0;
    if (mbedtls_pem_write_buffer(begin.c_str(), end.c_str(), der.data(), der.size(),
                                 reinterpret_cast<unsigned char*>(text.data()), text.size(), &size) != 0) {
        return {};
    }
    text.resize(size - 1);  // it counts the closing NUL
    return text;
}

}  // namespace branchline::trust
