// What the daemon tells the hook: which TFTP servers are alive. A small text file beside the control socket, replaced whole
// (temporary file + rename), read by the hook's helper thread, never on a DHCP packet's path. No new
// table for `stale_after` means that the daemon itself is gone, or hangs.
//
// Format, version 1: first line "branchline-servers=1 written=<seconds since 1970>", then one line a server: "<address> up" or
// "<address> down"; the address "self" stands for this appliance's own daemon.
#pragma once

#include "tftpd/base/result.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace branchline::api {

struct ServerTable {
    std::int64_t written = 0;           ///< seconds since 1970
    std::map<std::string, bool> alive;  ///< address as text, or "self" → up
};

inline constexpr std::string_view server_table_name = "branchline-servers";  ///< in the control socket's directory
inline constexpr std::chrono::seconds stale_after{3};                        ///< it is written once a second

std::string encode(const ServerTable& table);
Result<ServerTable> decode_server_table(std::string_view text);

/// Replaces the file at `path`. The Failure says which step went wrong.
Result<bool> write_server_table(const std::string& path, const ServerTable& table);
/// Reads at most 64 KiB.
Result<ServerTable> read_server_table(const std::string& path);

}  // namespace branchline::api
