#include "tftpd/ctl/file_bytes.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace branchline {

Result<Bytes> file_bytes(const std::string& path, std::size_t limit) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return Failure{path + ": " + std::strerror(errno)};
    }
    Bytes bytes(limit + 1);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const auto size = static_cast<std::size_t>(file.gcount());
    if (file.bad() || (size == 0 && !file.eof())) {
        return Failure{path + " cannot be read; is it a file?"};
    }
    if (size > limit) {
        return Failure{path + " has more than " + std::to_string(limit) + " bytes"};
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace branchline
