// Where a transfer takes the bytes of its file from. The file may be in memory, on disk, or still be arriving from a remote
// server. A source never changes under a transfer: what it gave once for an offset it gives again.
#pragma once

#include "tftpd/base/bytes.h"

#include <cstdint>
#include <optional>

namespace branchline::tftp {

/// What a read brought.
struct BlockRead {
    enum class State {
        ok,       ///< `bytes` were copied; fewer than asked for means that the file ends there
        pending,  ///< not all of the bytes asked for have arrived yet; nothing was copied
        failed,   ///< the file cannot be completed (disk error, remote server gone); nothing was copied
    };
    State state = State::failed;
    std::size_t bytes = 0;
};

class BlockSource {
public:
    virtual ~BlockSource() = default;

    /// Bytes of the whole file, if already known.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;

    /// Copies the bytes from `offset` (bytes) on into `into`, all of it unless the file ends before.
    [[nodiscard]] virtual BlockRead read(std::uint64_t offset, ByteSpan into) const = 0;
};

}  // namespace branchline::tftp
