// A signer in another process, so that the process that phones talk to cannot read the key (signer_messages.h).
#pragma once

#include "tftpd/trust/key_files.h"

#include <chrono>
#include <filesystem>

namespace branchline::trust {

inline constexpr std::chrono::seconds open_patience{60};  ///< it may have to make a key
inline constexpr std::chrono::seconds sign_patience{10};

/// Connects to the signing process and asks for its certificate; a Failure says why there is none. A connection that breaks
/// later is made once more by the next signature.
Result<std::shared_ptr<const Signer>> connect_signer(const std::filesystem::path& socket, const SignerWish& wish);

}  // namespace branchline::trust
