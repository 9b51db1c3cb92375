// Phones as people like to read them: the answers of tftp-phone-* as text or CSV, like tables.h.
#pragma once

#include <cc/data.h>

#include <string>

namespace branchline {

std::string phone_table(const isc::data::ConstElementPtr& arguments);  ///< of tftp-phone-list
std::string phone_csv(const isc::data::ConstElementPtr& arguments);    ///< the same as CSV (RFC 4180), with a heading
std::string phone_text(const isc::data::ConstElementPtr& arguments);  ///< of tftp-phone-get: the timeline, the latest boot last

}  // namespace branchline
