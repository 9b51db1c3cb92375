#include "tftpd/http/client_counts.h"

#include <algorithm>
#include <cassert>

namespace branchline {

IpAddress client_of(const IpAddress& address) {
    if (address.is_v4()) {
        return address;
    }
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6(bytes);
}

ClientCounts::Verdict ClientCounts::enter(const IpAddress& address, std::size_t limit_in_all, std::size_t limit_of_client) {
    if (in_all_ >= limit_in_all) {
        return Verdict::too_many_in_all;
    }
    const auto client = client_of(address);
    const auto known = counts_.find(client);
    if ((known == counts_.end() ? 0 : known->second) >= limit_of_client) {
        return Verdict::too_many_of_client;
    }
    ++counts_[client];
    ++in_all_;
    return Verdict::taken;
}

void ClientCounts::leave(const IpAddress& address) {
    const auto known = counts_.find(client_of(address));
    assert(known != counts_.end());
    if (known == counts_.end()) {
        return;
    }
    --in_all_;
    if (--known->second == 0) {
        counts_.erase(known);
    }
}

}  // namespace branchline
