#include "tests/bench/phone.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::uint8_t opcode_rrq = 1;
constexpr std::uint8_t opcode_data = 3;
constexpr std::uint8_t opcode_ack = 4;
constexpr std::uint8_t opcode_error = 5;
constexpr std::uint8_t opcode_oack = 6;

void append(std::vector<std::uint8_t>& packet, const std::string& text) {
    packet.insert(packet.end(), text.begin(), text.end());
    packet.push_back(0);
}

}  // namespace

Phone::Phone(const Order& order, std::mt19937& dice, unsigned number) : order_(order), dice_(dice), number_(number) {}

Phone::~Phone() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

/// Each phone has an address of its own, 127.1.0.1 and on, as the limits per phone count by address.
void Phone::open() {
    if (fd_ >= 0) {
        close(fd_);
    }
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(0x7f010001u + number_);
    if (fd_ < 0 || bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
        throw std::runtime_error(std::string("a phone has no socket: ") + std::strerror(errno));
    }
    if (order_.window_size > 1) {
        const int bytes = 4 << 20;
        setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    }
}

void Phone::ask(Clock::time_point now) {
    state_ = State::asking;
    peer_ = {};
    received_ = 0;
    blocks_ = 0;
    block_size_ = 512;
    window_size_ = 1;
    in_window_ = tries_ = repeated_ = 0;
    gap_told_ = false;
    complaint_.clear();
    last_sent_ = {0, opcode_rrq};
    append(last_sent_, order_.file);
    append(last_sent_, "octet");
    if (order_.block_size != 0) {
        append(last_sent_, "blksize");
        append(last_sent_, std::to_string(order_.block_size));
    }
    if (order_.window_size != 0) {
        append(last_sent_, "windowsize");
        append(last_sent_, std::to_string(order_.window_size));
    }
    asked_ = heard_ = now;
    send(order_.server);
}

bool Phone::lost() {
    return order_.loss > 0 && std::uniform_real_distribution<double>(0, 1)(dice_) < order_.loss;
}

void Phone::send(const sockaddr_in& to) {
    if (!lost()) {
        static_cast<void>(
            sendto(fd_, last_sent_.data(), last_sent_.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to));
    }
}

void Phone::receive(Clock::time_point now) {
    if (order_.window_size > 1) {
        receive_window(now);
        return;
    }
    static std::array<std::uint8_t, 65536> buffer;
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const auto size = recvfrom(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &length);
    if (size >= 4 && !lost()) {
        on_datagram(buffer.data(), static_cast<std::size_t>(size), from, now);
    }
}

/// All that has come of a window at once, so that the phone is not what is measured.
void Phone::receive_window(Clock::time_point now) {
    constexpr std::size_t most = 64;
    const std::size_t room = std::max<std::size_t>(order_.block_size, 1500) + 4;
    static std::vector<std::uint8_t> buffers;
    buffers.resize(most * room);
    std::array<sockaddr_in, most> from{};
    std::array<iovec, most> parts{};
    std::array<mmsghdr, most> messages{};
    for (std::size_t index = 0; index < most; ++index) {
        parts[index] = {buffers.data() + index * room, room};
        messages[index].msg_hdr.msg_name = &from[index];
        messages[index].msg_hdr.msg_namelen = sizeof from[index];
        messages[index].msg_hdr.msg_iov = &parts[index];
        messages[index].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(fd_, messages.data(), most, MSG_DONTWAIT, nullptr);
    for (int at = 0; at < count; ++at) {
        const auto index = static_cast<std::size_t>(at);
        if (messages[index].msg_len >= 4 && !lost()) {
            on_datagram(buffers.data() + index * room, messages[index].msg_len, from[index], now);
        }
    }
}

void Phone::on_datagram(const std::uint8_t* bytes, std::size_t size, const sockaddr_in& from, Clock::time_point now) {
    if (state_ == State::failed || state_ == State::holding) {
        return;
    }
    if (from.sin_addr.s_addr != order_.server.sin_addr.s_addr) {
        end(State::failed, now, "an answer came from another address");
        return;
    }
    if (peer_.sin_port == 0) {
        peer_ = from;
    } else if (peer_.sin_port != from.sin_port) {
        return;  // a second answer to a repeated request; the first one counts
    }
    if (state_ == State::done) {  // the last ACK was lost
        acknowledge();
        return;
    }
    const auto block = static_cast<std::uint16_t>((bytes[2] << 8) | bytes[3]);
    if (bytes[1] == opcode_data) {
        on_data(block, bytes + 4, size - 4, now);
    } else if (bytes[1] == opcode_oack && blocks_ == 0) {
        if (!on_oack(bytes + 2, size - 2)) {
            end(State::failed, now, "the OACK is not what was asked for");
            return;
        }
        state_ = State::receiving;
        heard_ = now;
        acknowledge();
    } else if (bytes[1] == opcode_error) {
        end(State::failed, now, "ERROR " + std::to_string(block));
    }
}

bool Phone::on_oack(const std::uint8_t* bytes, std::size_t size) {
    std::vector<std::string> words;
    for (const auto* at = bytes; at < bytes + size;) {
        const auto* stop = std::find(at, bytes + size, std::uint8_t{0});
        words.emplace_back(at, stop);
        at = stop + 1;
    }
    for (std::size_t index = 0; index + 1 < words.size(); index += 2) {
        const auto value = static_cast<unsigned>(std::strtoul(words[index + 1].c_str(), nullptr, 10));
        if (strcasecmp(words[index].c_str(), "blksize") == 0 && value > 0 && value <= order_.block_size) {
            block_size_ = value;
        } else if (strcasecmp(words[index].c_str(), "windowsize") == 0 && value > 0 && value <= order_.window_size) {
            window_size_ = value;
        } else {
            return false;
        }
    }
    return words.size() % 2 == 0;
}

void Phone::on_data(std::uint16_t block, const std::uint8_t* bytes, std::size_t size, Clock::time_point now) {
    if (block != static_cast<std::uint16_t>(blocks_ + 1)) {
        // A block again: our ACK was lost. A gap: one before it was. Either way the server learns once where we are.
        if (window_size_ == 1 || !gap_told_) {
            gap_told_ = true;
            in_window_ = 0;
            acknowledge();
        }
        return;
    }
    if (size > block_size_ || received_ + size > order_.expected.size() ||
        std::memcmp(order_.expected.data() + received_, bytes, size) != 0) {
        end(State::failed, now, "wrong bytes");
        return;
    }
    state_ = State::receiving;
    received_ += size;
    ++blocks_;
    ++in_window_;
    gap_told_ = false;
    tries_ = 0;
    heard_ = now;
    const bool last = size < block_size_;
    if (order_.stop_after != 0 && blocks_ >= order_.stop_after) {
        end(State::holding, now);
        return;
    }
    if (last || in_window_ >= window_size_) {
        in_window_ = 0;
        acknowledge();
    }
    if (last) {
        const bool whole = received_ == order_.expected.size();
        end(whole ? State::done : State::failed, now, whole ? "" : "the file ended too early");
    }
}

void Phone::acknowledge() {
    last_sent_ = {0, opcode_ack, static_cast<std::uint8_t>(blocks_ >> 8), static_cast<std::uint8_t>(blocks_)};
    send(peer_);
}

void Phone::check_timer(Clock::time_point now) {
    if (!busy() || now - heard_ < order_.timer) {
        return;
    }
    if (tries_ == order_.patience) {
        end(State::failed, now, state_ == State::asking ? "no answer" : "the server fell silent");
        return;
    }
    ++tries_;
    ++repeated_;
    heard_ = now;
    in_window_ = 0;
    gap_told_ = false;
    send(state_ == State::asking ? order_.server : peer_);
}

void Phone::end(State state, Clock::time_point now, std::string complaint) {
    state_ = state;
    ended_ = now;
    complaint_ = std::move(complaint);
}

}  // namespace bench
