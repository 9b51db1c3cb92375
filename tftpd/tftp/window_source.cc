#include "tftpd/tftp/window_source.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace branchline::tftp {

class WindowSource final : public BlockSource {
public:
    WindowSource(std::shared_ptr<const BlockSource> source, std::size_t window, WindowBytes& bytes)
        : source_(std::move(source)), window_(window), bytes_(bytes) {}

    [[nodiscard]] std::optional<std::uint64_t> size() const override { return source_->size(); }

    [[nodiscard]] BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        assert(into.size() <= window_);
        if (!holds(offset, into.size()) && !fill(offset)) {
            return source_->read(offset, into);  // the block may be there when the whole window is not
        }
        const auto begin = static_cast<std::size_t>(offset - bytes_.offset_);
        const auto count = std::min(into.size(), bytes_.length_ - begin);
        if (count > 0) {
            std::memcpy(into.data(), bytes_.room_.data() + begin, count);
        }
        return {BlockRead::State::ok, count};
    }

private:
    [[nodiscard]] bool holds(std::uint64_t offset, std::size_t count) const {
        if (bytes_.of_ != this || offset < bytes_.offset_ || offset - bytes_.offset_ > bytes_.length_) {
            return false;
        }
        return bytes_.to_the_end_ || bytes_.length_ - static_cast<std::size_t>(offset - bytes_.offset_) >= count;
    }

    [[nodiscard]] bool fill(std::uint64_t offset) const {
        bytes_.forget();
        if (bytes_.room_.size() < window_) {
            bytes_.room_.resize(window_);
        }
        const auto got = source_->read(offset, ByteSpan(bytes_.room_).first(window_));
        if (got.state != BlockRead::State::ok) {
            return false;
        }
        bytes_.of_ = this;
        bytes_.offset_ = offset;
        bytes_.length_ = got.bytes;
        bytes_.to_the_end_ = got.bytes < window_;
        return true;
    }

    std::shared_ptr<const BlockSource> source_;
    std::size_t window_;
    WindowBytes& bytes_;
};

std::shared_ptr<const BlockSource> by_windows(std::shared_ptr<const BlockSource> source, const TransferOptions& options,
                                              WindowBytes& bytes) {
    if (options.window_size <= 1) {
        return source;
    }
    const auto window = std::size_t{options.window_size} * options.block_size;
    return std::make_shared<WindowSource>(std::move(source), window, bytes);
}

}  // namespace branchline::tftp
