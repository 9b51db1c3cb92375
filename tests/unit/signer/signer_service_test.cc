// The loop with the daemon's end of it, over a socket in a directory of the test's own.
#include "tftpd/signer/signer_service.h"

#include "tftpd/trust/remote_signer.h"

#include "tests/unit/scratch.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
}

/// A signing process, as a thread.
class Running {
public:
    Running(const std::filesystem::path& socket, const std::filesystem::path& directory)
        : desk_(directory, [] { return trust::WallTime{}; }) {
        ::unlink(socket.c_str());
        listening_ = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        const auto address = address_of(socket);
        CHECK_EQUAL(0, ::bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        CHECK_EQUAL(0, ::listen(listening_, 16));
        CHECK_EQUAL(0, ::pipe(stop_.data()));
        thread_ = std::thread([this] { (void)serve_signer(listening_, stop_[0], desk_); });
    }
    ~Running() {
        CHECK_EQUAL(1, ::write(stop_[1], "x", 1));
        thread_.join();
        for (const int fd : {listening_, stop_[0], stop_[1]}) {
            ::close(fd);
        }
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    SigningDesk desk_;
    int listening_ = -1;
    std::array<int, 2> stop_{};
    std::thread thread_;
};

}  // namespace

TEST_GROUP(SignerService) {
    test::Scratch scratch;
    std::filesystem::path socket = scratch.path() / "s.sock";
    std::filesystem::path keys = scratch.path() / "keys";
    trust::SignerWish wish{.bits = 1024, .common_name = "a", .now = {}};
    Bytes hash = trust::hash(trust::Digest::sha1, {as_bytes("text")});

    bool signs(const trust::Signer& signer) const {
        const auto signature = signer.sign(trust::Digest::sha1, hash);
        return signature && signer.certificate().key.verifies(trust::Digest::sha1, hash, *signature);
    }
};

TEST(SignerService, SignsForSeveralAtOnce) {
    const Running process(socket, keys);
    const auto one = trust::connect_signer(socket, wish);
    const auto other = trust::connect_signer(socket, wish);
    CHECK(one && other);
    CHECK((*one)->certificate().der == (*other)->certificate().der);
    for (int i = 0; i < 20; ++i) {
        CHECK(signs(**one));
        CHECK(signs(**other));
    }
}

TEST(SignerService, IsFoundAgainAfterItWasStartedAnew) {
    auto process = std::make_unique<Running>(socket, keys);
    const auto signer = trust::connect_signer(socket, wish);
    CHECK(signs(**signer));
    process.reset();
    CHECK(!signs(**signer));
    process = std::make_unique<Running>(socket, keys);
    CHECK(signs(**signer));
}

TEST(SignerService, AnotherKeyIsNotTakenUnseen) {
    auto process = std::make_unique<Running>(socket, keys);
    const auto signer = trust::connect_signer(socket, wish);
    CHECK(signs(**signer));
    process.reset();
    process = std::make_unique<Running>(socket, scratch.path() / "others");
    const auto signature = (*signer)->sign(trust::Digest::sha1, hash);
    CHECK(!signature);
    STRCMP_CONTAINS("another key", signature.error().text.c_str());
}

TEST(SignerService, NobodyThereIsSaid) {
    const auto signer = trust::connect_signer(socket, wish);
    CHECK(!signer);
    STRCMP_CONTAINS("s.sock", signer.error().text.c_str());
}

TEST(SignerService, GarbageAndTooManyClientsDisturbNobody) {
    const Running process(socket, keys);
    const auto signer = trust::connect_signer(socket, wish);
    std::vector<int> strangers;
    for (std::size_t i = 0; i + 1 < max_signer_clients; ++i) {
        const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        const auto address = address_of(socket);
        CHECK_EQUAL(0, ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        const Bytes packet(i * 500, static_cast<std::uint8_t>(i));
        (void)::send(fd, packet.data(), packet.size(), MSG_NOSIGNAL);
        strangers.push_back(fd);
    }
    CHECK(signs(**signer));
    for (const int fd : strangers) {
        ::close(fd);
    }
    CHECK(static_cast<bool>(trust::connect_signer(socket, wish)));
}
