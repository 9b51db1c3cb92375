// A certificate as commands answer it.
#pragma once

#include "tftpd/trust/certificate.h"

#include <cc/data.h>

#include <string>

namespace branchline {

/// Names of certificates may be in any language, and in no encoding at all.
std::string shown_name(const std::string& name);

/// "subject", "issuer", "serial", "key", "not-before", "not-after", "days-left", "fingerprint".
isc::data::ElementPtr certificate_element(const trust::Certificate& certificate, trust::WallTime now);

}  // namespace branchline
