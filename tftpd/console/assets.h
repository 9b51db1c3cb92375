// The console's page, its scripts and its style (tftpd/console/web), as they were when the program was built: the generated
// console_assets.cc has their bytes.
#pragma once

#include <span>
#include <string_view>

namespace branchline {

struct Asset {
    std::string_view path;  ///< such as "/app.js"
    std::string_view content_type;
    std::string_view bytes;
};

std::span<const Asset> console_assets();

}  // namespace branchline
