// "branchlinectl trust import, list": the certificates of remote clusters; "trust https": our own for TLS.
#pragma once

#include "tftpd/ctl/request.h"

namespace branchline {

/// Sends FILE, read as this user, by tftp-trust-import; `request` has its other arguments.
ExitStatus import_certificates(Request request, const std::string& file);

std::string identity_text(const isc::data::ConstElementPtr& arguments);      ///< of tftp-trust-https
std::string identity_pem(const isc::data::ConstElementPtr& arguments);       ///< the same, for a file
std::string certificate_table(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-list

}  // namespace branchline
