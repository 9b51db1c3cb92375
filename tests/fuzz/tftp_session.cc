// A request and any sequence of datagrams, timeouts, repeated requests and source events against ReadTransfer. What must hold:
// at most three datagrams before the peer answered, no DATA beyond the file or with wrong bytes, no more than a window without
// something in between, an end that stays the end.
//
//   input | file size 16 | flags | request's options, counted | events: kind, … |
#include "tests/fuzz/targets.h"
#include "tests/unit/tftp/pattern_source.h"
#include "tftpd/tftp/netascii.h"
#include "tftpd/tftp/read_transfer.h"

#include <memory>
#include <string>

namespace branchline::fuzz {
namespace {

using namespace branchline::tftp;

constexpr unsigned most_events = 400;
constexpr unsigned most_unanswered = 3;

class Session {
public:
    explicit Session(Input& input) : source_(std::make_shared<PatternSource>(input.number())), flags_(input.byte()) {
        if (flags_ & 1) {
            source_->set_available(0);
        }
        netascii_ = (flags_ & 2) != 0;
        std::shared_ptr<const BlockSource> source = source_;
        if (netascii_) {
            source = as_netascii(source);
        }
        const std::string head("\0\1f\0octet\0", 10);
        const auto options = input.part();
        const auto datagram = head + std::string(as_text(options));
        const auto packet = parse(as_bytes(datagram));
        must(packet.has_value(), "options never spoil a request");
        const auto negotiation = negotiate(std::get<Request>(*packet).options, source->size(), {});
        options_ = negotiation.options;
        room_ = Bytes(std::max<std::size_t>(512, data_header_size + options_.block_size));
        transfer_ = std::make_unique<ReadTransfer>(std::move(source), negotiation, ReadTransferLimits{}, RoundTrip{}, now_);
        drain();
    }

    void event(Input& input) {
        const auto kind = input.byte();
        const auto before = transfer_->state();
        const auto end_before = transfer_->end();
        const bool before_ended = before == ReadTransfer::State::done || before == ReadTransfer::State::failed;
        burst_ = 0;
        switch (kind % 9) {
            case 0: {
                const auto datagram = input.part();
                if (const auto packet = parse(datagram)) {
                    transfer_->on_packet(*packet, now_);
                }
                break;
            }
            case 1:  // an ACK near what is due
                transfer_->on_packet(Ack{static_cast<std::uint16_t>(transfer_->statistics().blocks + input.byte())}, now_);
                break;
            case 2:  // the ACK that an honest peer would send
                transfer_->on_packet(Ack{last_block_}, now_);
                break;
            case 3:
                now_ += std::chrono::milliseconds(input.number());
                transfer_->on_timer(now_);
                break;
            case 4:
                if (transfer_->state() == ReadTransfer::State::running) {
                    now_ = std::max(now_, transfer_->deadline());
                }
                transfer_->on_timer(now_);
                break;
            case 5:
                transfer_->on_repeated_request(now_);
                break;
            case 6:
                source_->set_available(source_->available() + input.number());
                transfer_->on_source_grew(now_);
                break;
            case 7:
                if (flags_ & 4) {
                    source_->fail();
                }
                break;
            default:
                if (flags_ & 8) {
                    transfer_->cancel(ErrorCode::undefined, "stopped", (kind & 16) != 0);
                }
        }
        drain();
        if (before_ended) {
            must(transfer_->state() == before && transfer_->end() == end_before, "an end is the end");
            must(burst_ == 0, "nothing is sent after the end");
        }
    }

private:
    void drain() {
        while (const auto size = transfer_->next_datagram(room_, now_)) {
            if (!transfer_->answered()) {
                must(++unanswered_ <= most_unanswered, "three datagrams at most to who never answered");
                must(*size <= std::max<std::size_t>(plain_block_size, 512) + data_header_size, "and they are small");
            }
            const auto packet = parse(ByteView(room_).first(*size));
            must(packet.has_value(), "what is sent can be parsed");
            ++burst_;
            if (const auto* data = std::get_if<Data>(&*packet)) {
                check_data(*data);
            }
        }
        must(transfer_->statistics().blocks <= highest_, "nothing is acknowledged that was not sent");
        must(source_->furthest_read() <= *source_->size(), "no read beyond the file");
    }

    void check_data(const Data& data) {
        must(burst_ <= options_.window_size, "a window at most");
        must(data.bytes.size() <= options_.block_size, "a block is as long as agreed");
        // The transfer's own count tells which of the blocks with this number it is.
        const auto acked = transfer_->statistics().blocks;
        const auto block = acked + static_cast<std::uint16_t>(data.block - static_cast<std::uint16_t>(acked));
        must(block > acked && block <= acked + options_.window_size, "a block lies in the window");
        highest_ = std::max(highest_, block);
        last_block_ = data.block;
        if (!netascii_) {
            const auto offset = (block - 1) * options_.block_size;
            must(offset + data.bytes.size() <= *source_->size(), "no DATA beyond the file");
            for (std::size_t i = 0; i < data.bytes.size(); ++i) {
                must(data.bytes[i] == pattern_byte(offset + i), "the bytes are the file's");
            }
        }
    }

    std::shared_ptr<PatternSource> source_;
    unsigned flags_;
    bool netascii_ = false;
    TransferOptions options_;
    Bytes room_;
    std::unique_ptr<ReadTransfer> transfer_;
    TimePoint now_{};
    unsigned unanswered_ = 0;
    unsigned burst_ = 0;
    std::uint64_t highest_ = 0;
    std::uint16_t last_block_ = 0;
};

}  // namespace

void tftp_session(ByteView bytes) {
    Input input(bytes);
    Session session(input);
    for (unsigned i = 0; i < most_events && !input.empty(); ++i) {
        session.event(input);
    }
}

}  // namespace branchline::fuzz
