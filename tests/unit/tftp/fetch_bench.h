// What the tests of a fetch share.
#pragma once

#include "tests/unit/tftp/bench.h"
#include "tests/unit/tftp/pattern_source.h"
#include "tftpd/tftp/fetch_transfer.h"

#include <algorithm>
#include <string>

#include <CppUTest/TestHarness.h>

namespace branchline::tftp {

using namespace std::string_literals;

inline FetchSettings plain_settings() {
    FetchSettings settings;
    settings.options = false;
    return settings;
}

/// One fetch on a bench: we play the server.
class FetchBench {
public:
    explicit FetchBench(const FetchSettings& settings = {}) : fetch("SEP.cnf.xml", settings, now) {}

    /// Everything that it wants to send now, as "RRQ", "A3", "E8".
    std::string sends() {
        std::string text;
        for (int i = 0; i < 100; ++i) {
            const auto size = fetch.next_datagram(room_, now);
            if (!size) {
                return text;
            }
            last_ = Bytes(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(*size));
            const auto packet = parse(last_);
            CHECK(packet.has_value());
            text += (text.empty() ? "" : " ") + describe(*packet);
        }
        FAIL("it never stops sending");
        return text;
    }
    std::string on(std::uint16_t tid, const std::string& datagram) {
        const auto bytes = fetch.on_datagram(tid, as_bytes(datagram), now);
        for (const auto byte : bytes) {
            content_right = content_right && byte == pattern_byte(got++);
        }
        return sends();
    }
    std::string oack(const OptionList& options, std::uint16_t tid = 5000) {
        Bytes room(512);
        const auto size = write_oack(room, options);
        return on(tid, std::string(as_text(ByteView(room).first(size))));
    }
    /// Block `block` with `size` bytes of the pattern file.
    std::string data(std::uint16_t block, std::size_t size, std::size_t block_size, std::uint16_t tid = 5000) {
        std::string datagram(data_header_size, '\0');
        datagram[1] = 3;
        datagram[2] = static_cast<char>(block >> 8);
        datagram[3] = static_cast<char>(block & 0xff);
        for (std::size_t i = 0; i < size; ++i) {
            datagram += static_cast<char>(pattern_byte((block - 1u) * block_size + i));
        }
        return on(tid, datagram);
    }
    std::string error(char code, std::uint16_t tid = 5000) { return on(tid, "\0\5\0"s + code + "text\0"s); }
    std::string timeout() {
        now = std::max(now, fetch.deadline());
        fetch.on_timer(now);
        return sends();
    }
    [[nodiscard]] bool is(FetchTransfer::State state, FetchTransfer::End end) const {
        return fetch.state() == state && fetch.end() == end;
    }
    [[nodiscard]] std::string last_datagram() const { return std::string(as_text(last_)); }
    [[nodiscard]] long elapsed_ms() const {
        return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(now - TimePoint{}).count());
    }

    TimePoint now{};
    FetchTransfer fetch;
    std::uint64_t got = 0;
    bool content_right = true;

private:
    static std::string describe(const Packet& packet) {
        if (std::holds_alternative<Request>(packet)) {
            return "RRQ";
        }
        if (const auto* ack = std::get_if<Ack>(&packet)) {
            return "A" + std::to_string(ack->block);
        }
        if (const auto* error = std::get_if<ErrorPacket>(&packet)) {
            return "E" + std::to_string(static_cast<int>(error->code));
        }
        return "?";
    }

    Bytes room_ = Bytes(600);
    Bytes last_;
};

inline const OptionList tsize_250{{"tsize", "250"}, {"blksize", "100"}, {"windowsize", "4"}};

}  // namespace branchline::tftp
