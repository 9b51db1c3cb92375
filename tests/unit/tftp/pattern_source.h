// A file of any size that needs no memory: each byte follows from its offset. It can be told to have only its first bytes yet,
// and to fail. Used by the unit tests, the simulation and the fuzz harnesses.
#pragma once

#include "tftpd/tftp/block_source.h"

#include <algorithm>
#include <cstdint>

namespace branchline::tftp {

inline std::uint8_t pattern_byte(std::uint64_t offset) {
    return static_cast<std::uint8_t>((offset * 0x9e3779b97f4a7c15u) >> 41);
}

class PatternSource final : public BlockSource {
public:
    explicit PatternSource(std::uint64_t size) : size_(size), available_(size) {}

    void set_available(std::uint64_t bytes) { available_ = std::min(bytes, size_); }
    void fail() { failed_ = true; }
    [[nodiscard]] std::uint64_t available() const { return available_; }
    [[nodiscard]] int reads() const { return reads_; }
    [[nodiscard]] std::uint64_t furthest_read() const { return furthest_read_; }  ///< end offset in bytes of the reads so far

    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    [[nodiscard]] BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        ++reads_;
        if (failed_) {
            return {BlockRead::State::failed, 0};
        }
        const auto end = std::min<std::uint64_t>(offset + into.size(), size_);
        if (end > available_) {
            return {BlockRead::State::pending, 0};
        }
        if (offset >= end) {
            return {BlockRead::State::ok, 0};
        }
        for (auto at = offset; at < end; ++at) {
            into[static_cast<std::size_t>(at - offset)] = pattern_byte(at);
        }
        furthest_read_ = std::max(furthest_read_, end);
        return {BlockRead::State::ok, static_cast<std::size_t>(end - offset)};
    }

private:
    std::uint64_t size_;
    std::uint64_t available_;
    bool failed_ = false;
    mutable int reads_ = 0;
    mutable std::uint64_t furthest_read_ = 0;
};

}  // namespace branchline::tftp
