// This machine's name.
#pragma once

#include <unistd.h>

#include <array>
#include <string>

namespace branchline {

/// As gethostname(2) says; empty if it says nothing.
inline std::string host_name() {
    std::array<char, 256> name{};  // HOST_NAME_MAX is 64 on Linux
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace branchline
