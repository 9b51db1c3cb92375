// mbedTLS's words for its errors.
#pragma once

#include <string>

namespace branchline::trust {

/// `error` as one of mbedTLS's functions returned it, such as "X509 - Invalid signature".
std::string error_text(int error);

}  // namespace branchline::trust
