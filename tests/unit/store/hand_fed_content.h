// A content that arrives under the test's hand: bytes when it says so, an end when it says so.
#pragma once

#include "tftpd/store/content.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace branchline {

class HandFedContent final : public Content {
public:
    explicit HandFedContent(std::optional<std::uint64_t> size = {}) : size_(size) {}

    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

    [[nodiscard]] tftp::BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        if (failed_) {
            return {tftp::BlockRead::State::failed, 0};
        }
        const auto there = offset < text_.size() ? text_.size() - static_cast<std::size_t>(offset) : 0;
        if (there < into.size() && !complete_) {
            return {tftp::BlockRead::State::pending, 0};
        }
        const auto count = std::min(there, into.size());
        std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(offset < text_.size() ? offset : 0), count, into.begin());
        return {tftp::BlockRead::State::ok, count};
    }

    void when_more(std::function<void()> poke) const override {
        if (failed_ || complete_) {
            return poke();
        }
        pokes_.push_back(std::move(poke));
    }

    void arrive(std::string_view bytes) {
        text_ += bytes;
        poke_all();
    }
    void complete() {
        complete_ = true;
        poke_all();
    }
    void fail() {
        failed_ = true;
        poke_all();
    }
    [[nodiscard]] bool waited_for() const { return !pokes_.empty(); }

private:
    void poke_all() {
        for (const auto& poke : std::exchange(pokes_, {})) {
            poke();
        }
    }

    std::optional<std::uint64_t> size_;
    std::string text_;
    bool complete_ = false;
    bool failed_ = false;
    mutable std::vector<std::function<void()>> pokes_;
};

}  // namespace branchline
