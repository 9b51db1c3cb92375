#include "tftpd/tftp/netascii.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace branchline::tftp {
namespace {

constexpr std::size_t chunk_size = 2048;              // bytes of the plain file read at once
constexpr std::uint64_t mark_spacing = 4096;          // encoded bytes between remembered places
constexpr std::uint64_t kept_behind = 2 * 64 * 1024;  // encoded bytes for which places are remembered: a window and a block

/// A place in the file, in both its forms.
struct Place {
    std::uint64_t encoded = 0;
    std::uint64_t plain = 0;   ///< the next byte of the plain file
    bool second_half = false;  ///< that byte's CR is already behind us; its LF or NUL comes next
};

class NetasciiSource final : public BlockSource {
public:
    explicit NetasciiSource(std::shared_ptr<const BlockSource> plain) : plain_(std::move(plain)) {}

    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }

    [[nodiscard]] BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        Place place = nearest(offset);
        while (place.encoded < offset) {
            // Walk to the offset: the bytes are encoded and thrown away.
            std::array<std::uint8_t, chunk_size> passed;
            const auto distance = std::min<std::uint64_t>(offset - place.encoded, passed.size());
            const auto walked = encode(place, ByteSpan(passed.data(), static_cast<std::size_t>(distance)));
            if (walked.state != BlockRead::State::ok || walked.bytes == 0) {
                return walked;
            }
        }
        const auto result = encode(place, into);
        if (result.state == BlockRead::State::ok) {
            remember(place);
        }
        return result;
    }

private:
    /// Encodes from `place` on, which moves along, until `into` is full or the file ends.
    BlockRead encode(Place& place, ByteSpan into) const {
        std::size_t written = 0;
        while (written < into.size()) {
            // A plain byte becomes at most two, so half of what is missing is needed for sure: asking for more might wait for
            // bytes that this read can do without.
            std::array<std::uint8_t, chunk_size> chunk;
            const auto needed = std::min((into.size() - written + 1) / 2, chunk.size());
            const auto got = plain_->read(place.plain, ByteSpan(chunk.data(), needed));
            if (got.state != BlockRead::State::ok) {
                return {got.state, 0};
            }
            for (std::size_t i = 0; i < got.bytes && written < into.size(); ++i) {
                const auto byte = chunk[i];
                if ((byte == '\n' || byte == '\r') && !place.second_half) {
                    place.second_half = true;
                    into[written++] = '\r';
                    ++place.encoded;
                    if (written == into.size()) {
                        break;
                    }
                }
                into[written++] = !place.second_half ? byte : byte == '\n' ? std::uint8_t{'\n'} : std::uint8_t{0};
                ++place.encoded;
                ++place.plain;
                place.second_half = false;
            }
            if (got.bytes < needed) {
                break;  // The file ends here.
            }
        }
        return {BlockRead::State::ok, written};
    }

    [[nodiscard]] Place nearest(std::uint64_t offset) const {
        if (last_.encoded == offset) {
            return last_;
        }
        Place best{};  // The start of the file is always known.
        for (const auto& place : places_) {
            if (place.encoded <= offset && place.encoded > best.encoded) {
                best = place;
            }
        }
        return best;
    }

    void remember(const Place& place) const {
        last_ = place;
        if (places_.empty() || place.encoded >= places_.back().encoded + mark_spacing) {
            places_.push_back(place);
        }
        while (places_.front().encoded + kept_behind < places_.back().encoded) {
            places_.pop_front();
        }
    }

    std::shared_ptr<const BlockSource> plain_;
    // What reads have learned; a cache, hence mutable. It makes the source unfit for two transfers at once.
    mutable Place last_{};
    mutable std::deque<Place> places_{};
};

}  // namespace

std::shared_ptr<const BlockSource> as_netascii(std::shared_ptr<const BlockSource> plain) {
    return std::make_shared<NetasciiSource>(std::move(plain));
}

}  // namespace branchline::tftp
