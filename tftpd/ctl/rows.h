// What the tables of all answers are made of: members of an answer that may be missing or of another type, and columns.
#pragma once

#include <cc/data.h>

#include <cstdint>
#include <string>
#include <vector>

namespace branchline {

using Row = std::vector<std::string>;

// Of what is no map, or has no such member of that type: null, 0, "-", false, nothing.
isc::data::ConstElementPtr member(const isc::data::ConstElementPtr& map, const char* name);
std::int64_t number(const isc::data::ConstElementPtr& map, const char* name);
std::string text(const isc::data::ConstElementPtr& map, const char* name);  ///< fit for a terminal
bool flag(const isc::data::ConstElementPtr& map, const char* name);
std::vector<isc::data::ConstElementPtr> elements(const isc::data::ConstElementPtr& map, const char* name);

/// Columns as wide as their widest cell, two blanks between them, none at the end of a line.
std::string table(const std::vector<Row>& rows);

}  // namespace branchline
