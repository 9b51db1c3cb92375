// The bytes that answer a name: immutable, shared by every transfer that sends them, safe to read from any thread.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/tftp/block_source.h"

#include <functional>
#include <memory>
#include <optional>

namespace branchline {

class Content : public tftp::BlockSource {
public:
    /// For content that is still arriving: `poke` is called once, from any thread, when there is more than there was at the
    /// time of this call, or the end (good or bad) was reached; at once if that is already so. Complete content never needs it,
    /// and its `poke` is dropped.
    virtual void when_more(std::function<void()> /*poke*/) const {}
};

using ContentPtr = std::shared_ptr<const Content>;

/// Content that lies in memory.
class MemoryContent final : public Content {
public:
    explicit MemoryContent(Bytes bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_.size(); }
    [[nodiscard]] tftp::BlockRead read(std::uint64_t offset, ByteSpan into) const override;
    [[nodiscard]] ByteView bytes() const { return bytes_; }

private:
    Bytes bytes_;
};

}  // namespace branchline
