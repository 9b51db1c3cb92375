// Patterns for names, as operators write them: '*' is any characters, '/' too, and '?' is any one. All else is itself.
#pragma once

#include <string_view>

namespace branchline {

/// Does the whole of `text` fit? Upper and lower case are different. Takes at most pattern x text steps.
bool fits_glob(std::string_view pattern, std::string_view text);

}  // namespace branchline
