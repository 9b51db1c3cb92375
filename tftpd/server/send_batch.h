// Collects what goes out while a batch of input is worked on, and sends it with as few system calls as can be: one sendmmsg a
// socket, and the equal-sized DATA of a window as one segmented datagram (UDP_SEGMENT). What the kernel does not take is
// dropped, as the network might: the transfers' timers see to it. One per thread.
#pragma once

#include "tftpd/server/datagram.h"
#include "tftpd/server/udp_socket.h"

#include <memory>
#include <vector>

struct mmsghdr;

namespace branchline {

class SendBatch final : public Outbox {
public:
    static constexpr std::size_t arena_size = 256 * 1024;  ///< bytes collected at most
    static constexpr std::size_t messages_a_call = 64;     ///< sendmmsg's share
    static constexpr std::size_t segments = 64;            ///< in one segmented datagram (the kernel's own limit)
    static constexpr std::size_t segmented_size = 65000;   ///< bytes in one segmented datagram

    SendBatch();
    ~SendBatch() override;

    /// Sockets get numbers in the order they are added.
    SocketNumber add(int fd, bool can_segment);

    [[nodiscard]] ByteSpan room(std::size_t bytes) override;
    void send(std::size_t bytes, SocketNumber socket, const Peer& to, const LocalAddress& from) override;

    /// Sends everything collected.
    void flush();

private:
    struct Datagram {
        std::size_t offset;
        std::size_t bytes;
        Peer to;
        LocalAddress from;
    };
    struct Way {
        int fd;
        bool can_segment;
        std::vector<Datagram> waiting{};
        bool fragments = false;  ///< allowed: somebody asked for blocks larger than his link takes
    };
    struct Message;
    void flush(Way& way);
    [[nodiscard]] std::size_t run_length(const Way& way, std::size_t first) const;
    [[nodiscard]] static bool now_fragments(Way& way);
    void send_messages(Way& way, std::size_t count);
    void send_singly(Way& way, const Message& message);

    std::vector<Way> ways_;
    std::vector<SocketNumber> used_;  ///< sockets with something waiting
    std::vector<std::uint8_t> arena_;
    std::size_t filled_ = 0;
    std::vector<Message> messages_;
    std::vector<mmsghdr> headers_;
};

}  // namespace branchline
