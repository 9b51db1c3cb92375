// The daemon's own commands, which the hook registers in Kea too and passes on, so that whoever can talk to Kea
// (kea-ctrl-agent, kea-shell) reaches the daemon. The daemon's unit test holds this list to what the daemon registers.
#pragma once

#include <array>
#include <string_view>

namespace branchline::api {

// One name a line, so that two changes do not meet.
// clang-format off
inline constexpr auto tftp_commands = std::to_array<std::string_view>({
    "tftp-cache-flush",
    "tftp-cache-get",
    "tftp-cache-list",
    "tftp-cluster-add",
    "tftp-cluster-del",
    "tftp-cluster-get",
    "tftp-cluster-list",
    "tftp-cluster-refresh",
    "tftp-cluster-update",
    "tftp-file-add",
    "tftp-file-del",
    "tftp-file-list",
    "tftp-phone-explain",
    "tftp-phone-get",
    "tftp-phone-list",
    "tftp-prewarm",
    "tftp-service-start",
    "tftp-service-status",
    "tftp-service-stop",
    "tftp-trust-build",
    "tftp-trust-check",
    "tftp-trust-del",
    "tftp-trust-drop",
    "tftp-trust-exchange-cancel",
    "tftp-trust-exchange-confirm",
    "tftp-trust-exchange-offer",
    "tftp-trust-exchange-status",
    "tftp-trust-exchange-with",
    "tftp-trust-export",
    "tftp-trust-https",
    "tftp-trust-import",
    "tftp-trust-list",
});
// clang-format on

}  // namespace branchline::api
