#include "tftpd/trust/remote_signer.h"

#include "tftpd/trust/signer_messages.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>

namespace branchline::trust {
namespace {

class Connection {
public:
    explicit Connection(std::filesystem::path socket) : socket_(std::move(socket)) {}
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    void close() {
        if (fd_ >= 0) {
            ::close(fd_);
            fd_ = -1;
        }
    }

    [[nodiscard]] Failure failure(const std::string& what) const {
        return Failure{"the signing process at " + socket_.string() + ": " + what};
    }

    std::optional<Failure> open() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto& path = socket_.native();
        if (path.size() >= sizeof address.sun_path) {
            return failure("the socket's path is too long");
        }
        std::copy(path.begin(), path.end(), address.sun_path);
        fd_ = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            auto why = failure(std::strerror(errno));
            close();
            return why;
        }
        return std::nullopt;
    }

    /// One message there, one back.
    Result<Bytes> ask(SignerWord wanted, ByteView message, std::chrono::seconds patience) {
        const timeval limit{patience.count(), 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        Bytes packet(max_signer_message + 1);
        ssize_t got = ::send(fd_, message.data(), message.size(), MSG_NOSIGNAL);
        // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): whoever signs next waits, too; `patience` bounds it
        got = got < 0 ? got : ::recv(fd_, packet.data(), packet.size(), 0);
        if (got <= 0) {
            const auto why = got < 0 ? failure(std::strerror(errno)) : failure("it hung up");
            close();
            return why;
        }
        packet.resize(static_cast<std::size_t>(got));
        const auto answer = parse_signer_message(packet);
        if (answer && answer->word == SignerWord::failure) {
            return failure(std::string(as_text(answer->rest)));
        }
        if (!answer || answer->word != wanted) {
            close();
            return failure("it said something that was not asked for");
        }
        return Bytes(answer->rest.begin(), answer->rest.end());
    }

private:
    const std::filesystem::path socket_;
    int fd_ = -1;
};

Result<Certificate> introduce(Connection& connection, const SignerWish& wish) {
    if (const auto failure = connection.open()) {
        return *failure;
    }
    const auto der = connection.ask(SignerWord::certificate, open_message({wish.bits, wish.common_name}), open_patience);
    if (!der) {
        return der.error();
    }
    return Certificate::parse_der(*der);
}

class RemoteSigner final : public Signer {
public:
    RemoteSigner(std::unique_ptr<Connection> connection, SignerWish wish, Certificate certificate)
        : connection_(std::move(connection)), wish_(std::move(wish)), certificate_(std::move(certificate)) {}

    [[nodiscard]] const Certificate& certificate() const override { return certificate_; }

    [[nodiscard]] Result<Bytes> sign(Digest digest, ByteView hash) const override {
        const std::scoped_lock lock(mutex_);
        const auto message = sign_message(digest, hash);
        const bool fresh = !connection_->is_open();
        if (fresh) {
            if (const auto failure = reconnect()) {
                return *failure;
            }
        }
        auto signature = connection_->ask(SignerWord::signature, message, sign_patience);
        if (signature || fresh || connection_->is_open()) {
            return signature;
        }
        // It was started anew since the last signature.
        if (const auto failure = reconnect()) {
            return *failure;
        }
        return connection_->ask(SignerWord::signature, message, sign_patience);
    }

private:
    std::optional<Failure> reconnect() const {
        const auto now = introduce(*connection_, wish_);
        if (!now) {
            return now.error();
        }
        if (now->der != certificate_.der) {
            connection_->close();
            return connection_->failure("it has another key now; start the daemon again, so that it takes it");
        }
        return std::nullopt;
    }

    mutable std::mutex mutex_;  // one question at a time
    const std::unique_ptr<Connection> connection_;
    const SignerWish wish_;
    const Certificate certificate_;
};

}  // namespace

Result<std::shared_ptr<const Signer>> connect_signer(const std::filesystem::path& socket, const SignerWish& wish) {
    auto connection = std::make_unique<Connection>(socket);
    auto certificate = introduce(*connection, wish);
    if (!certificate) {
        return certificate.error();
    }
    return std::shared_ptr<const Signer>(std::make_shared<RemoteSigner>(std::move(connection), wish, *std::move(certificate)));
}

}  // namespace branchline::trust
