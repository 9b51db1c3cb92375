// What the kernel alone costs: answers read requests with no transfer at all behind it. Each datagram is answered by what it
// says itself (RRQ: block 1; ACK of n: block n + 1 of the one file, held in memory), many at a time, and nothing is checked,
// remembered, resent or logged. Not a TFTP server: the bench's floor, below which no server that sends each DATA through the
// socket layer can go.
//
//   bare_answers FILE [PORT]        IPv4, all addresses; ends by a signal
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t block_size = 512;
constexpr std::size_t header_size = 4;
constexpr int receive_buffer = 8 << 20;  // bytes, as branchline-tftpd asks for

int open_port(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) {
        std::perror("bare_answers: bind");
        std::exit(1);
    }
    return fd;
}

struct Batch {
    std::array<mmsghdr, batch> headers{};
    std::array<iovec, batch> parts{};
    std::array<sockaddr_in, batch> peers{};
    std::array<std::array<std::uint8_t, header_size + block_size>, batch> data{};

    Batch() {
        for (std::size_t index = 0; index < batch; ++index) {
            headers[index].msg_hdr.msg_name = &peers[index];
            headers[index].msg_hdr.msg_iov = &parts[index];
            headers[index].msg_hdr.msg_iovlen = 1;
        }
    }

    int receive(int fd) {
        for (std::size_t index = 0; index < batch; ++index) {
            headers[index].msg_hdr.msg_namelen = sizeof(sockaddr_in);
            parts[index] = {data[index].data(), data[index].size()};
        }
        return recvmmsg(fd, headers.data(), batch, MSG_DONTWAIT, nullptr);
    }
};

/// Writes the answer over the datagram; false if there is none.
bool answer(std::array<std::uint8_t, header_size + block_size>& datagram, iovec& part, const std::string& file) {
    const unsigned opcode = datagram[1];
    std::size_t block = 0;  // from 0
    if (opcode == 4) {
        block = static_cast<std::size_t>(datagram[2] << 8 | datagram[3]);
    } else if (opcode != 1) {
        return false;
    }
    const auto from = block * block_size;
    if (from > file.size()) {
        return false;
    }
    const auto bytes = std::min(block_size, file.size() - from);
    datagram[0] = 0;
    datagram[1] = 3;
    datagram[2] = static_cast<std::uint8_t>((block + 1) >> 8);
    datagram[3] = static_cast<std::uint8_t>(block + 1);
    std::memcpy(datagram.data() + header_size, file.data() + from, bytes);
    part.iov_len = header_size + bytes;
    return true;
}

void serve(int from, int to, Batch& inbox, const std::string& file) {
    int count = 0;
    while ((count = inbox.receive(from)) > 0) {
        unsigned answers = 0;
        for (std::size_t index = 0; index < static_cast<std::size_t>(count); ++index) {
            if (answer(inbox.data[index], inbox.parts[index], file)) {
                // Answers stand at the front; what is overwritten there had none.
                if (answers != index) {
                    inbox.peers[answers] = inbox.peers[index];
                    inbox.data[answers] = inbox.data[index];
                    inbox.parts[answers].iov_len = inbox.parts[index].iov_len;
                }
                ++answers;
            }
        }
        for (unsigned sent = 0; sent < answers;) {
            const int taken = sendmmsg(to, inbox.headers.data() + sent, answers - sent, 0);
            if (taken <= 0) {
                break;
            }
            sent += static_cast<unsigned>(taken);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bare_answers FILE [PORT]\n");
        return 2;
    }
    std::ifstream in(argv[1], std::ios::binary);
    const std::string file((std::istreambuf_iterator<char>(in)), {});
    const int listener = open_port(static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 69));
    const int transfers = open_port(0);
    Batch inbox;
    std::array<pollfd, 2> ports{{{listener, POLLIN, 0}, {transfers, POLLIN, 0}}};
    while (poll(ports.data(), ports.size(), -1) >= 0) {
        serve(listener, transfers, inbox, file);
        serve(transfers, transfers, inbox, file);
    }
    return 0;
}
