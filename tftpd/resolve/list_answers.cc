#include "tftpd/resolve/list_answers.h"

#include "tftpd/phones/lease_table.h"
#include "tftpd/store/device_names.h"

#include <algorithm>
#include <string>

namespace branchline {
namespace {

bool is_configured_here(const std::string& mac, const FileStore& files) {
    const auto keys = configuration_keys_of_device(mac);
    return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
        const auto name = FileName::parse(key);
        return name && files.open(*name);
    });
}

}  // namespace

std::optional<trust::ListKind> list_kind(const FileName& name) {
    const auto& key = name.key();
    if (!key.ends_with(".tlv")) {
        return std::nullopt;
    }
    const bool of_a_device = name.names_device() && key.find('/') == std::string::npos;
    if (key == "itlfile.tlv" || (of_a_device && key.starts_with("itlsep"))) {
        return trust::ListKind::itl;
    }
    if (key == "ctlfile.tlv" || (of_a_device && key.starts_with("ctlsep"))) {
        return trust::ListKind::ctl;
    }
    return std::nullopt;
}

ContentPtr ListAnswers::answer(const FileName& name, const IpAddress& asked_by, const FileStore& files,
                               const Config& config) const {
    const auto kind = list_kind(name);
    const auto list = kind && lists_ != nullptr ? lists_->file(*kind) : nullptr;
    if (!list) {
        return nullptr;
    }
    if (!config.clusters.empty()) {
        auto mac = device_of_key(name.key());
        if (mac.empty()) {
            mac = leases_.device_with(asked_by, Clock::now());
        }
        if (!is_configured_here(mac, files)) {
            return nullptr;
        }
    }
    return std::make_shared<MemoryContent>(*list);
}

}  // namespace branchline
