// The words of branchlinectl about this box's own trust: its lists and its certificate.
#pragma once

#include <cc/data.h>

#include <string>

namespace branchline {

std::string own_list_text(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-build

}  // namespace branchline
