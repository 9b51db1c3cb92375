#include "tftpd/trust/error_text.h"

#include <mbedtls/error.h>

#include <array>

namespace branchline::trust {

std::string error_text(int error) {
    std::array<char, 128> text{};  // longer ones are cut
    mbedtls_strerror(error, text.data(), text.size());
    return text.data();
}

}  // namespace branchline::trust
