#include "tftpd/upstream/attempt.h"

namespace branchline {

std::string host_and_port(const IpAddress& address, std::uint16_t port) {
    if (address.is_v4()) {
        return address.to_string() + ":" + std::to_string(port);
    }
    auto plain = address.to_v6();
    plain.scope_id(0);
    return "[" + plain.to_string() + "]:" + std::to_string(port);
}

}  // namespace branchline
