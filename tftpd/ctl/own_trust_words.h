// The words of branchlinectl about this box's own trust: its lists and its certificate.
#pragma once

#include "tftpd/ctl/request.h"

#include <cc/data.h>

#include <string>

namespace branchline {

std::string own_list_text(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-build

/// tftp-trust-export: writes the certificate to `file`, in PEM or DER, and prints what the other side does with it.
ExitStatus export_certificate(Request request, const std::string& file, bool der);

}  // namespace branchline
