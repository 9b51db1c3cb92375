// Does a request come from the console's own page? A browser sends the operator's cookie along with what other pages make it
// ask (CSRF), and a name of an attacker can point to this machine (DNS rebinding). So the Host that was asked must be an
// address, "localhost" or this machine's name, and what changes anything must come from the same origin, as JSON, which no form
// of another page can send. The cookie is SameSite=Strict besides.
#pragma once

#include "tftpd/http/admin_page.h"

#include <string>

namespace branchline {

/// "" = yes; else why not, for the answer. `machine` is this machine's host name.
std::string foreign_host(const AdminRequest& request, const std::string& machine);  ///< by the Host that was asked alone
std::string foreign(const AdminRequest& request, const std::string& machine);

/// The value of a cookie; "" = there is none.
std::string cookie(const AdminRequest& request, const std::string& name);

}  // namespace branchline
