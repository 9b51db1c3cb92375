// Whatever the datagram: no byte outside it is touched, views lie inside it, and what we would answer is a packet that our own
// parser takes and that names nothing but what was asked for, with legal values.
#include "tests/fuzz/targets.h"
#include "tftpd/base/letters.h"
#include "tftpd/tftp/packet.h"
#include "tftpd/tftp/transfer_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace branchline::fuzz {
namespace {

using namespace branchline::tftp;

void must_lie_inside(std::string_view text, ByteView input) {
    const auto all = as_text(input);
    must(text.empty() || (text.data() >= all.data() && text.data() + text.size() <= all.data() + all.size()),
         "views lie inside");
    must(text.find('\0') == std::string_view::npos, "a text has no NUL");
}

void check_options(const OptionList& options, ByteView input) {
    must(options.size() <= max_options, "options are bounded");
    for (const auto& [name, value] : options) {
        must_lie_inside(name, input);
        must_lie_inside(value, input);
        must(!name.empty(), "an option has a name");
    }
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    must(error == std::errc{} && stop == text.data() + text.size(), "an OACK's values are numbers");
    return value;
}

void check_negotiation(const Request& request, std::uint64_t file_size) {
    const OptionLimits limits;
    const auto result = negotiate(request.options, file_size, limits);
    const auto& options = result.options;
    must(options.block_size >= smallest_block_size && options.block_size <= largest_block_size, "blksize is legal");
    must(options.window_size >= 1, "windowsize is legal");
    must(options.window_size == 1 || std::size_t{options.window_size} * options.block_size <= limits.max_window_bytes,
         "a window is bounded");
    OptionList oack;
    for (const auto& [name, value] : result.acknowledged) {
        const auto asked =
            std::find_if(request.options.begin(), request.options.end(), [&](const auto& one) { return one.first == name; });
        must(asked != request.options.end(), "only what was asked for is acknowledged");
        const auto agreed = number(value);
        if (branchline::same_letters(name, "blksize") || branchline::same_letters(name, "windowsize")) {
            must(agreed <= number(asked->second), "a size is never raised");
        } else if (branchline::same_letters(name, "timeout")) {
            must(agreed >= 1 && agreed <= 255 && agreed == number(asked->second), "timeout comes back as it was");
        } else {
            must(branchline::same_letters(name, "tsize") && agreed == file_size, "tsize is the file's size");
        }
        oack.emplace_back(name, value);
    }
    std::array<std::uint8_t, 512> room;
    const auto size = write_oack(room, oack);
    const auto again = parse(ByteView(room).first(size));
    must(again && std::get<OptionAck>(*again).options.size() == oack.size(), "our OACK can be parsed");
}

}  // namespace

void tftp_packet(ByteView input) {
    const auto packet = parse(input);
    if (!packet) {
        return;
    }
    if (const auto* request = std::get_if<Request>(&*packet)) {
        must(input.size() <= max_request_size, "requests are bounded");
        must_lie_inside(request->name, input);
        check_options(request->options, input);
        check_negotiation(*request, input.size());
        must(escaped(request->name).size() <= 255 + 4 + 3, "a name in the log is bounded");
    } else if (const auto* oack = std::get_if<OptionAck>(&*packet)) {
        check_options(oack->options, input);
    } else if (const auto* data = std::get_if<Data>(&*packet)) {
        must(data->bytes.size() + data_header_size == input.size(), "DATA is the whole datagram");
    } else if (const auto* error = std::get_if<ErrorPacket>(&*packet)) {
        must_lie_inside(error->text, input);
    }
}

}  // namespace branchline::fuzz
