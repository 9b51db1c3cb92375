// One phone of the load generator: asks for one file, acknowledges block by block (or window by window), compares every byte
// with what it should be, and has a phone's patience: a timer of 1 s, five repetitions. It shares no code with the server, so
// that the two cannot be wrong in the same way. Loss is drawn from the generator's seeded dice, on the way out and on the way
// in.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

/// What all phones of a run have in common.
struct Order {
    sockaddr_in server{};
    std::string file;                    ///< name asked for
    std::vector<std::uint8_t> expected;  ///< its bytes
    unsigned block_size = 0;             ///< blksize to ask for; 0 = no option
    unsigned window_size = 0;            ///< windowsize to ask for; 0 = no option
    unsigned stop_after = 0;             ///< blocks after which the phone falls silent; 0 = never
    double loss = 0;                     ///< of datagrams, each way; 0..1
    std::chrono::milliseconds timer{1000};
    unsigned patience = 5;  ///< repetitions
};

class Phone {
public:
    enum class State { idle, asking, receiving, holding, done, failed };

    Phone(const Order& order, std::mt19937& dice, unsigned number);
    ~Phone();
    Phone(const Phone&) = delete;
    Phone& operator=(const Phone&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    void open();  ///< a socket of its own, a new one for each ask()
    void ask(Clock::time_point now);
    /// Takes what has come; to be called when fd() is readable.
    void receive(Clock::time_point now);
    void check_timer(Clock::time_point now);

    [[nodiscard]] unsigned number() const { return number_; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool busy() const { return state_ == State::asking || state_ == State::receiving; }
    [[nodiscard]] Clock::duration took() const { return ended_ - asked_; }
    [[nodiscard]] unsigned repeated() const { return repeated_; }
    [[nodiscard]] const std::string& complaint() const { return complaint_; }  ///< why it failed

private:
    void receive_window(Clock::time_point now);
    void on_datagram(const std::uint8_t* bytes, std::size_t size, const sockaddr_in& from, Clock::time_point now);
    bool on_oack(const std::uint8_t* bytes, std::size_t size);
    void on_data(std::uint16_t block, const std::uint8_t* bytes, std::size_t size, Clock::time_point now);
    void acknowledge();
    void send(const sockaddr_in& to);
    void end(State state, Clock::time_point now, std::string complaint = {});
    [[nodiscard]] bool lost();

    const Order& order_;
    std::mt19937& dice_;
    const unsigned number_;
    int fd_ = -1;
    State state_ = State::idle;
    sockaddr_in peer_{};  ///< the server's TID; port 0 = not known yet
    std::vector<std::uint8_t> last_sent_;
    std::size_t received_ = 0;  ///< bytes of the file
    std::uint64_t blocks_ = 0;  ///< in order
    unsigned block_size_ = 512;
    unsigned window_size_ = 1;
    unsigned in_window_ = 0;  ///< blocks since the last ACK
    bool gap_told_ = false;   ///< the ACK for a missing block has been sent
    unsigned tries_ = 0;
    unsigned repeated_ = 0;
    Clock::time_point asked_{};
    Clock::time_point heard_{};  ///< or last sent: the timer runs from here
    Clock::time_point ended_{};
    std::string complaint_;
};

}  // namespace bench
