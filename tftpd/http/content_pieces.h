// Cuts a content into pieces fit to send, while it may still be arriving. Sans-IO: the caller sends each piece and waits for
// more when told to.
//
// The rule it keeps: the last byte of a file goes out only when the content has ended well. A copy that turns out to be cut or
// wrong at its very end is thus never complete in the phone's eyes.
#pragma once

#include "tftpd/store/content.h"

#include <cstdint>
#include <optional>

namespace branchline {

class ContentPieces {
public:
    static constexpr std::size_t smallest_piece = 1024;  ///< bytes; less than this is not worth a segment before the end

    /// `piece_size` in bytes, at least smallest_piece: memory this transfer takes.
    ContentPieces(ContentPtr content, std::size_t piece_size);

    enum class Step {
        piece,   ///< piece() is the next part
        end,     ///< everything has been given
        wait,    ///< nothing now; ask again when content().when_more() says so
        failed,  ///< the content cannot be completed, or is not as long as it said
    };
    [[nodiscard]] Step next();

    [[nodiscard]] ByteView piece() const { return {buffer_.data(), filled_}; }  ///< until the next call of next()
    /// Bytes of the whole, if the content said so before its first piece; it does not change afterwards.
    [[nodiscard]] std::optional<std::uint64_t> size() const { return size_; }
    [[nodiscard]] std::uint64_t given() const { return offset_; }  ///< bytes in all pieces so far
    [[nodiscard]] const Content& content() const { return *content_; }

private:
    Step read_piece(std::size_t want);
    Step next_of_known_size();

    ContentPtr content_;
    std::size_t piece_size_;
    std::optional<std::uint64_t> size_{};
    std::uint64_t offset_ = 0;
    bool ended_ = false;
    Bytes buffer_{};
    std::size_t filled_ = 0;
};

}  // namespace branchline
