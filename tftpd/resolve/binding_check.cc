#include "tftpd/resolve/binding_check.h"

#include "tftpd/store/device_names.h"

namespace branchline {

BindingCheck::Ruling BindingCheck::judge(const IpAddress& client, const std::string& key, const BindingAllowed& allowed,
                                         TimePoint now) {
    const auto asked = unmapped(client);
    const auto holder = leases_.leased_to(asked.to_string(), now);
    if (holder && is_name_of(key, to_digits(*holder))) {
        return {};
    }
    if (allowed.address(asked) || allowed.device(device_of_key(key))) {
        return {};
    }
    Ruling ruling{.foreign = true, .first = false, .leased_to = holder ? to_text(*holder) : ""};
    const std::scoped_lock lock(mutex_);
    const auto* told = told_.find(asked);
    ruling.first = (told == nullptr || now - *told >= line_every) && lines_.take(1, now);
    if (ruling.first) {
        told_.put(asked, now);
    }
    return ruling;
}

}  // namespace branchline
