// "branchlinectl trust import, list": the certificates of remote clusters.
#pragma once

#include "tftpd/ctl/request.h"

namespace branchline {

/// Sends FILE, read as this user, by tftp-trust-import; `request` has its other arguments.
ExitStatus import_certificates(Request request, const std::string& file);

std::string certificate_table(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-list

}  // namespace branchline
