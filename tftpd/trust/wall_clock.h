// The wall clock in the seconds that certificates are written in.
#pragma once

#include "tftpd/trust/certificate.h"

#include <chrono>

namespace branchline::trust {

[[nodiscard]] inline WallTime wall_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace branchline::trust
