#include "tftpd/config/binding_allowed.h"

#include "tftpd/config/config.h"

#include <algorithm>

namespace branchline {
namespace {

template <typename Bytes>
Bytes leading(Bytes bytes, unsigned length) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto kept = std::clamp(static_cast<int>(length) - static_cast<int>(8 * i), 0, 8);
        bytes[i] = static_cast<unsigned char>(bytes[i] & (0xff00 >> kept));
    }
    return bytes;
}

}  // namespace

AddressPrefix AddressPrefix::of(const boost::asio::ip::address& one, unsigned length) {
    if (one.is_v4()) {
        return {boost::asio::ip::address_v4(leading(one.to_v4().to_bytes(), length)), length};
    }
    return {boost::asio::ip::address_v6(leading(one.to_v6().to_bytes(), length)), length};
}

bool AddressPrefix::contains(const boost::asio::ip::address& one) const {
    const auto plain = unmapped(one);
    return plain.is_v4() == network.is_v4() && of(plain, length) == *this;
}

std::string to_text(const AddressPrefix& prefix) {
    return prefix.network.to_string() + (prefix.is_one_address() ? "" : '/' + std::to_string(prefix.length));
}

bool BindingAllowed::address(const boost::asio::ip::address& one) const {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const AddressPrefix& prefix) { return prefix.contains(one); });
}

}  // namespace branchline
