#include "tftpd/store/content.h"

#include <algorithm>
#include <cstring>

namespace branchline {

tftp::BlockRead MemoryContent::read(std::uint64_t offset, ByteSpan into) const {
    if (offset >= bytes_.size()) {
        return {tftp::BlockRead::State::ok, 0};
    }
    const auto count = std::min<std::size_t>(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(into.data(), bytes_.data() + offset, count);
    return {tftp::BlockRead::State::ok, count};
}

}  // namespace branchline
