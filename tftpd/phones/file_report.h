// What became of one file that a phone asked for, over TFTP or HTTP: told once, when it has ended.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/phones/file_trust.h"

#include <cstdint>
#include <functional>
#include <string>

namespace branchline {

struct FileReport {
    enum class Outcome {
        sent,         ///< the phone has all of it
        not_found,    ///< ERROR 1, 404
        refused,      ///< ERROR 2, 403
        unavailable,  ///< ERROR 0, 503: nobody who may have it could be reached
        unheard,      ///< TFTP: the phone never answered what we sent
        broken_off,   ///< ended in the middle
    };
    IpAddress phone;   ///< who asked
    std::string name;  ///< escaped, without a leading '/'
    bool http = false;
    Outcome outcome = Outcome::sent;
    std::string source;  ///< as in Answer::source
    std::string reason;  ///< when it was not sent
    std::uint64_t bytes = 0;
    std::uint64_t blocks = 0;  ///< DATA sent, those sent again included; 0 with HTTP
    std::uint64_t resent = 0;
    Duration took{};  ///< from the request to the end
    TimePoint ended{};
    FileTrust trust{};  ///< of what was sent
};

/// Called on the thread that served the phone: must not block or throw.
using FileListener = std::function<void(FileReport)>;

}  // namespace branchline
