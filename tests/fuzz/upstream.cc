// Any sequence of datagrams and timeouts against FetchTransfer. What must hold: the bytes handed out are as many as it says,
// never more than the cap, as many as tsize when it says done; and if the server was honest, they are the file's bytes.
//
//   input | flags | file size 16 | block size 16 | window 8 | events: kind, … |
#include "tests/fuzz/targets.h"
#include "tests/unit/tftp/pattern_source.h"
#include "tftpd/tftp/fetch_transfer.h"

#include <algorithm>
#include <array>
#include <string>

namespace branchline::fuzz {
namespace {

using namespace branchline::tftp;

constexpr unsigned most_events = 400;
constexpr std::uint64_t cap = 40000;       // bytes
constexpr std::size_t request_room = 600;  // bytes, as the header promises
constexpr unsigned most_datagrams_an_event = 2;
constexpr std::uint16_t honest_tid = 4000;

FetchSettings settings_from(std::uint8_t flags, std::uint16_t block_size, std::uint8_t window_size) {
    FetchSettings settings;
    settings.options = (flags & 1) == 0;
    settings.expect_options = (flags & 2) != 0;
    settings.mark = (flags & 4) == 0;
    settings.block_size = block_size;
    settings.window_size = window_size;
    settings.max_size = cap;
    return settings;
}

class Fetch {
public:
    explicit Fetch(Input& input)
        : flags_(input.byte()),
          file_size_(input.number()),
          block_size_(input.number()),
          window_size_(input.byte()),
          fetch_("SEP001122334455.cnf.xml", settings_from(flags_, block_size_, window_size_), now_) {
        drain();
    }

    void event(Input& input) {
        const auto kind = input.byte();
        switch (kind % 6) {
            case 0: {
                const auto datagram = input.part();
                honest_ = false;
                receive(static_cast<std::uint16_t>(honest_tid + kind / 6 % 4), datagram);
                break;
            }
            case 1:
                send_oack();
                break;
            case 2:  // the block that is due, or one near it
                send_data(static_cast<std::uint16_t>(fetch_.received() / agreed_ + 1 + input.byte()));
                break;
            case 3:
                send_data(static_cast<std::uint16_t>(fetch_.received() / agreed_ + 1));
                break;
            case 4:
                if (fetch_.state() == FetchTransfer::State::running) {
                    now_ = std::max(now_, fetch_.deadline());
                }
                fetch_.on_timer(now_);
                break;
            default:
                now_ += std::chrono::milliseconds(input.byte());
                if (kind == 0xff) {
                    fetch_.cancel();
                }
        }
        drain();
        check();
    }

private:
    void send_oack() {
        std::array<std::uint8_t, 100> room;
        const auto tsize = std::to_string(file_size_);
        const auto block_size = std::to_string(block_size_);
        const auto window_size = std::to_string(window_size_);
        OptionList options{{"tsize", tsize}};
        if (block_size_ != 0) {
            options.emplace_back("blksize", block_size);
        }
        if (window_size_ != 0) {
            options.emplace_back("windowsize", window_size);
        }
        const auto size = write_oack(room, options);
        receive(honest_tid, ByteView(room).first(size));
        if (fetch_.server_has_options() && block_size_ != 0) {
            agreed_ = block_size_;
        }
    }

    void send_data(std::uint16_t block) {
        const auto offset = (block - std::uint64_t{1}) * agreed_;
        if (block == 0 || offset > file_size_) {
            return;  // An honest server has no such block.
        }
        Bytes datagram(data_header_size + static_cast<std::size_t>(std::min<std::uint64_t>(agreed_, file_size_ - offset)));
        write_data_header(datagram, block);
        for (std::size_t i = data_header_size; i < datagram.size(); ++i) {
            datagram[i] = pattern_byte(offset + i - data_header_size);
        }
        receive(honest_tid, datagram);
    }

    void receive(std::uint16_t tid, ByteView datagram) {
        const bool ended = fetch_.state() != FetchTransfer::State::running;
        const auto bytes = fetch_.on_datagram(tid, datagram, now_);
        must(bytes.empty() ||
                 (bytes.data() >= datagram.data() && bytes.data() + bytes.size() <= datagram.data() + datagram.size()),
             "the bytes are the datagram's");
        must(!ended || bytes.empty(), "no byte comes after the end");
        for (const auto byte : bytes) {
            must(!honest_ || byte == pattern_byte(got_), "the bytes are the file's, in order, each once");
            ++got_;
        }
    }

    void drain() {
        std::array<std::uint8_t, request_room> room;
        unsigned datagrams = 0;
        while (const auto size = fetch_.next_datagram(room, now_)) {
            must(parse(ByteView(room).first(*size)).has_value(), "what is sent can be parsed");
            must(++datagrams <= most_datagrams_an_event, "one thing that arrives makes few leave");
        }
    }

    void check() {
        must(fetch_.received() == got_, "received() is what was handed out");
        must(got_ <= cap, "the cap holds");
        if (fetch_.state() == FetchTransfer::State::done) {
            must(!fetch_.file_size() || *fetch_.file_size() == got_, "done means as many bytes as tsize said");
            must(!honest_ || got_ == file_size_, "done means the whole file");
        }
    }

    std::uint8_t flags_;
    std::uint16_t file_size_;
    std::uint16_t block_size_;
    std::uint8_t window_size_;
    TimePoint now_{};
    FetchTransfer fetch_;
    std::uint64_t got_ = 0;
    std::uint16_t agreed_ = plain_block_size;
    bool honest_ = true;
};

}  // namespace

void upstream(ByteView bytes) {
    Input input(bytes);
    Fetch fetch(input);
    for (unsigned i = 0; i < most_events && !input.empty(); ++i) {
        fetch.event(input);
    }
}

}  // namespace branchline::fuzz
