// The daemon's log: Kea's, so that operators find the same loggers, severities and message catalogues as in kea-dhcp4. Each
// floor declares its messages in FLOOR_messages.mes beside its sources, one line each as MESSAGE_ID key=value …, and logs with
// Kea's LOG_INFO(tftp_logger, MESSAGE_ID).arg(…) macros. Text from the wire goes through escaped() first.
#pragma once

#include <log/logger.h>
#include <log/macros.h>

namespace branchline {

extern isc::log::Logger tftp_logger;      ///< "tftp": transfers, requests refused
extern isc::log::Logger http_logger;      ///< "http"
extern isc::log::Logger upstream_logger;  ///< "upstream": remote servers and clusters, the cache
extern isc::log::Logger app_logger;       ///< "app": start, stop, configuration, commands

}  // namespace branchline
