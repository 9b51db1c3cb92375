// The words of branchlinectl about this box's own trust: its lists and its certificate.
#pragma once

#include "tftpd/ctl/request.h"

#include <cc/data.h>

#include <string>

namespace branchline {

std::string own_list_text(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-build

std::string trust_check_text(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-check

/// Is it a MAC address in any usual spelling, or a device's name such as SEP001122334455? Else it is taken for a cluster-id.
bool names_a_phone(std::string text);

/// tftp-trust-export: writes the certificate to `file`, in PEM or DER, and prints what the other side does with it.
ExitStatus export_certificate(Request request, const std::string& file, bool der);

}  // namespace branchline
