// The daemon's answers as people like to read them. Each function takes an answer's "arguments" and gives text that ends with
// a newline; what is missing is shown as "-". Control characters never reach the terminal.
#pragma once

#include <cc/data.h>

#include <string>

namespace branchline {

std::string status_text(const isc::data::ConstElementPtr& arguments);
std::string statistics_table(const isc::data::ConstElementPtr& arguments);
std::string cluster_table(const isc::data::ConstElementPtr& arguments);  ///< of tftp-cluster-list
std::string cluster_text(const isc::data::ConstElementPtr& arguments);   ///< of tftp-cluster-get
std::string cache_table(const isc::data::ConstElementPtr& arguments);
std::string file_table(const isc::data::ConstElementPtr& arguments);     ///< of tftp-file-list
std::string service_text(const isc::data::ConstElementPtr& arguments);   ///< of tftp-service-status
std::string prewarm_table(const isc::data::ConstElementPtr& arguments);  ///< of tftp-prewarm
std::string scope_table(const isc::data::ConstElementPtr& arguments);    ///< of dhcp-scope-list
std::string configuration_text(const isc::data::ConstElementPtr& arguments);

std::string duration_text(std::int64_t seconds);  ///< "3 s", "2 min", "5 h", "12 d": the largest unit that fits
std::string printable(std::string text);          ///< control characters become '?'

}  // namespace branchline
