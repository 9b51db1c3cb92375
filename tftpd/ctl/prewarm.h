// branchlinectl prewarm: asks the daemon to fetch files and shows how far it is until all are there, or known not to be.
#pragma once

#include <string>
#include <vector>

namespace branchline {

/// Exit status: 0 all are there, 1 not all, or the daemon said no.
int prewarm(const std::string& socket, const std::vector<std::string>& names, bool json);

}  // namespace branchline
