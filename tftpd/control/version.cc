#include "tftpd/control/version.h"

#include <boost/version.hpp>
#include <config.h>  // Kea's: PACKAGE_VERSION

namespace branchline {

std::string version() {
    return BRANCHLINE_VERSION;
}

std::string extended_version() {
    return "branchline-tftpd " BRANCHLINE_VERSION "\nlinked with:\nKea " PACKAGE_VERSION "\nBoost " BOOST_LIB_VERSION;
}

std::string build_report() {
    return extended_version() + "\nbuilt with:\ncompiler " __VERSION__ "\nC++ " + std::to_string(__cplusplus) +
#ifdef NDEBUG
           "\nassertions off";
#else
           "\nassertions on";
#endif
}

}  // namespace branchline
