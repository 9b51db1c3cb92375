// What the signing process answers: one message in, one out, without sockets. Opens the key, or makes it, when it is first
// asked for, and keeps it until the process ends.
#pragma once

#include "tftpd/trust/key_files.h"
#include "tftpd/trust/signer_messages.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace branchline {

class SigningDesk {
public:
    SigningDesk(std::filesystem::path directory, std::function<trust::WallTime()> now)
        : directory_(std::move(directory)), now_(std::move(now)) {}

    /// Always an answer: to what is no message, a failure.
    Bytes answer(ByteView packet);

private:
    Bytes open(ByteView rest);
    Bytes sign(ByteView rest);

    const std::filesystem::path directory_;
    const std::function<trust::WallTime()> now_;
    std::shared_ptr<const trust::Signer> signer_;
};

}  // namespace branchline
