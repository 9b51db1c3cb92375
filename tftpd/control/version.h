// What this program is, for version-get and build-report, and for -v, -V and -W: the same words everywhere.
#pragma once

#include <string>

namespace branchline {

std::string version();           ///< "0.1.0"
std::string extended_version();  ///< with what it is linked with; several lines
std::string build_report();      ///< the same and how it was built; several lines

}  // namespace branchline
