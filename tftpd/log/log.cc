#include "tftpd/log/log.h"

namespace branchline {

isc::log::Logger tftp_logger("tftp");
isc::log::Logger http_logger("http");
isc::log::Logger upstream_logger("upstream");
isc::log::Logger app_logger("app");

}  // namespace branchline
