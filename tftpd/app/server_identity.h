// The certificate and key with which this machine answers by TLS, for the configuration at hand.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/tls/server_context.h"

#include <cc/data.h>

namespace branchline {

/// Opens them, or makes what is missing and not the operator's. Throws ConfigError if the configuration names files that are no
/// good, or has an https-port or a tvs-port and there is nothing to open it with; otherwise a fault is only logged and null
/// returned. A configuration without a trust path, as no file has it, has none.
tls::ServerContextPtr open_server_identity(const Config& config);

/// Opens the operator's files alone, and makes nothing: what -T does. Throws ConfigError at the entry of `document` that names
/// what is no good.
void check_server_identity(const Config& config, const isc::data::ConstElementPtr& document);

/// Logs which certificates are shown.
void log_identity(const tls::ServerContext& context);

}  // namespace branchline
