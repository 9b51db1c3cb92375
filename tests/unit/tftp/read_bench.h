// What the tests of serving one file share.
#pragma once

#include "tests/unit/tftp/bench.h"
#include "tests/unit/tftp/pattern_source.h"
#include "tftpd/tftp/read_transfer.h"

#include <algorithm>
#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

namespace branchline::tftp {

/// One transfer on a bench: what it sends is kept as text ("OACK", "D1:512", "E0"), the clock is ours.
class ReadBench {
public:
    explicit ReadBench(std::uint64_t file_size, const OptionList& asked = {}, const ReadTransferLimits& limits = {})
        : source(std::make_shared<PatternSource>(file_size)),
          negotiation(negotiate(asked, file_size, {})),
          transfer(source, negotiation, limits, RoundTrip(limits.round_trip), now),
          room_(65468) {}

    /// Everything that it wants to send now.
    std::string sends() {
        std::string text;
        for (int i = 0; i < 70000; ++i) {
            const auto size = transfer.next_datagram(room_, now);
            if (!size) {
                return text;
            }
            ++datagrams;
            wire_bytes += *size;
            const auto packet = parse(ByteView(room_).first(*size));
            CHECK(packet.has_value());
            text += (text.empty() ? "" : " ") + describe(*packet);
        }
        FAIL("it never stops sending");
        return text;
    }
    std::string on(const Packet& packet) {
        transfer.on_packet(packet, now);
        return sends();
    }
    std::string ack(std::uint16_t block) { return on(Ack{block}); }
    std::string after(Duration elapsed) {
        now += elapsed;
        transfer.on_timer(now);
        return sends();
    }
    /// Lets the clock go on to the deadline.
    std::string timeout() {
        now = std::max(now, transfer.deadline());
        transfer.on_timer(now);
        return sends();
    }
    [[nodiscard]] long wait_ms() const {
        return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(transfer.deadline() - now).count());
    }
    [[nodiscard]] bool is(ReadTransfer::State state, ReadTransfer::End end) const {
        return transfer.state() == state && transfer.end() == end;
    }

    TimePoint now{};
    std::shared_ptr<PatternSource> source;
    Negotiation negotiation;
    ReadTransfer transfer;
    std::size_t datagrams = 0;
    std::size_t wire_bytes = 0;
    bool content_right = true;

private:
    std::string describe(const Packet& packet) {
        if (const auto* data = std::get_if<Data>(&packet)) {
            // The blocks of the tests' small files do not wrap.
            const auto offset = (data->block - 1u) * std::uint64_t{negotiation.options.block_size};
            for (std::size_t i = 0; i < data->bytes.size(); ++i) {
                content_right = content_right && data->bytes[i] == pattern_byte(offset + i);
            }
            return "D" + std::to_string(data->block) + ":" + std::to_string(data->bytes.size());
        }
        if (const auto* error = std::get_if<ErrorPacket>(&packet)) {
            return "E" + std::to_string(static_cast<int>(error->code));
        }
        return std::holds_alternative<OptionAck>(packet) ? "OACK" : "?";
    }

    Bytes room_;
};

}  // namespace branchline::tftp
