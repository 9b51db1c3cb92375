#include "tftpd/http/content_pieces.h"

#include <algorithm>
#include <array>

namespace branchline {

using tftp::BlockRead;

ContentPieces::ContentPieces(ContentPtr content, std::size_t piece_size)
    : content_(std::move(content)), piece_size_(std::max(piece_size, smallest_piece)) {}

ContentPieces::Step ContentPieces::next() {
    filled_ = 0;
    if (offset_ == 0) {
        size_ = content_->size();
    }
    if (size_) {
        return next_of_known_size();
    }
    if (ended_) {
        return Step::end;
    }
    const auto step = read_piece(piece_size_);
    if (step == Step::piece) {
        offset_ += filled_;
        return filled_ == 0 ? Step::end : Step::piece;
    }
    return step;
}

ContentPieces::Step ContentPieces::next_of_known_size() {
    const auto remaining = *size_ - offset_;
    if (remaining == 0 && offset_ != 0) {
        return Step::end;
    }
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(piece_size_, remaining));
    if (want != 0) {
        if (const auto step = read_piece(want); step != Step::piece) {
            return step;
        }
        if (ended_) {
            return Step::failed;  // shorter than it said
        }
    }
    if (filled_ == remaining) {
        // One byte past the end tells whether the content is known to be whole: nothing there = it ended well.
        std::array<std::uint8_t, 1> beyond{};
        const auto read = content_->read(*size_, beyond);
        if (read.state == BlockRead::State::pending) {
            return Step::wait;
        }
        if (read.state == BlockRead::State::failed || read.bytes != 0) {
            return Step::failed;
        }
    }
    offset_ += filled_;
    return want == 0 ? Step::end : Step::piece;
}

// A read is all or nothing while bytes are still missing, so smaller and smaller ones find out what is there.
ContentPieces::Step ContentPieces::read_piece(std::size_t want) {
    if (buffer_.size() < want) {
        buffer_.resize(want);
    }
    for (;;) {
        const auto read = content_->read(offset_, ByteSpan(buffer_.data(), want));
        if (read.state == BlockRead::State::failed) {
            return Step::failed;
        }
        if (read.state == BlockRead::State::ok) {
            filled_ = read.bytes;
            ended_ = read.bytes < want;
            return Step::piece;
        }
        if (want <= smallest_piece) {
            return Step::wait;
        }
        want = std::max(smallest_piece, want / 4);
    }
}

}  // namespace branchline
