#include "tftpd/app/opening.h"

#include "tftpd/config/config_error.h"
#include "tftpd/config/json_text.h"

namespace branchline {

void opening(const isc::data::ConstElementPtr& document, const char* key, const std::function<void()>& work) {
    try {
        work();
    } catch (const ConfigError& error) {
        if (error.position().line != 0) {
            throw;
        }
        const auto tftpd = document->get("Tftpd");
        const auto value = tftpd->get(key);
        throw ConfigError(position_of(value ? *value : *tftpd), error.what());
    }
}

}  // namespace branchline
