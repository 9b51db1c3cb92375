#include "tftpd/tftp/transfer_options.h"

#include "tftpd/base/decimal.h"
#include "tftpd/base/letters.h"

#include <algorithm>
#include <string_view>

namespace branchline::tftp {
namespace {

constexpr std::uint64_t longest_timeout = 255;        // seconds; RFC 2349
constexpr std::uint64_t largest_window_size = 65535;  // blocks; RFC 7440

std::optional<std::uint64_t> number_between(std::string_view text, std::uint64_t least, std::uint64_t most) {
    const auto value = decimal<std::uint64_t>(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
}

}  // namespace

Negotiation negotiate(const OptionList& asked, std::optional<std::uint64_t> file_size, const OptionLimits& limits) {
    Negotiation result;
    auto& options = result.options;

    // The block size comes first, wherever it stands: the window is cut by it.
    for (const auto& [name, value] : asked) {
        if (same_letters(name, "blksize")) {
            if (const auto size = number_between(value, smallest_block_size, largest_block_size)) {
                const auto most = std::max(limits.max_block_size, smallest_block_size);
                options.block_size = std::min(static_cast<std::uint16_t>(*size), most);
            }
        }
    }
    const auto window_that_fits = std::clamp<std::uint64_t>(limits.max_window_bytes / options.block_size, 1,
                                                            std::max<std::uint16_t>(limits.max_window_blocks, 1));

    for (const auto& [name, value] : asked) {
        std::optional<std::uint64_t> agreed;
        if (same_letters(name, "blksize")) {
            if (number_between(value, smallest_block_size, largest_block_size)) {
                agreed = options.block_size;
            }
        } else if (same_letters(name, "windowsize")) {
            if (const auto window = number_between(value, 1, largest_window_size)) {
                agreed = std::min(*window, window_that_fits);
                options.window_size = static_cast<std::uint16_t>(*agreed);
            }
        } else if (same_letters(name, "timeout")) {
            // RFC 2349: the same value comes back, or none.
            agreed = number_between(value, 1, longest_timeout);
            if (agreed) {
                options.timeout = std::chrono::seconds(*agreed);
            }
        } else if (same_letters(name, "tsize")) {
            if (file_size && decimal<std::uint64_t>(value)) {
                agreed = options.file_size = file_size;
            }
        }
        if (agreed) {
            result.acknowledged.emplace_back(name, std::to_string(*agreed));
        }
    }
    return result;
}

}  // namespace branchline::tftp
