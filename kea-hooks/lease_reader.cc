#include "kea-hooks/lease_reader.h"

#include "kea-hooks/endpoint.h"
#include "kea-hooks/kea.h"

#include <asiolink/io_service_mgr.h>
#include <dhcpsrv/lease_mgr_factory.h>

#include <ctime>

namespace branchline::hook {
namespace {

using namespace isc::dhcp;

std::optional<MacBytes> mac_of(const Lease& lease) {
    if (!lease.hwaddr_ || lease.hwaddr_->hwaddr_.size() != std::tuple_size_v<MacBytes>) {
        return std::nullopt;
    }
    MacBytes mac{};
    std::copy(lease.hwaddr_->hwaddr_.begin(), lease.hwaddr_->hwaddr_.end(), mac.begin());
    return mac;
}

std::optional<MacBytes> mac_of(const Lease4& lease) {
    return mac_of(static_cast<const Lease&>(lease));
}

std::optional<MacBytes> mac_of(const Lease6& lease) {
    if (const auto mac = mac_of(static_cast<const Lease&>(lease))) {
        return mac;
    }
    return lease.duid_ ? mac_in_duid(lease.duid_->getDuid()) : std::nullopt;
}

bool is_address(const Lease4&) {
    return true;
}
bool is_address(const Lease6& lease) {
    return lease.type_ == Lease::TYPE_NA;
}

template <typename Leases>
LeasePage page_of(const Leases& leases) {
    LeasePage page;
    const auto now = std::time(nullptr);
    for (const auto& lease : leases) {
        page.last = to_address(lease->addr_);
        const std::int64_t ends = lease->cltt_ + static_cast<std::int64_t>(lease->valid_lft_);
        const auto mac = mac_of(*lease);
        if (mac && is_address(*lease) && lease->state_ == Lease::STATE_DEFAULT && ends > now) {
            page.leases.push_back({page.last, *mac, lease->subnet_id_, ends});
        }
    }
    page.at_end = leases.size() < LeaseReader::page_size;
    return page;
}

}  // namespace

LeaseReader::LeaseReader(Family family) : family_(family), io_(new isc::asiolink::IOService()) {}

LeaseReader::~LeaseReader() {
    ending_ = true;
    isc::asiolink::IOServiceMgr::instance().unregisterIOService(io_);
    io_->stopAndPoll();
}

void LeaseReader::attach() {
    isc::asiolink::IOServiceMgr::instance().registerIOService(io_);
}

void LeaseReader::ask(const Address& behind) {
    io_->post([this, behind] { read(behind); });
}

std::optional<LeasePage> LeaseReader::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(page_, std::nullopt);
}

void LeaseReader::read(const Address& behind) {
    if (ending_) {
        return;
    }
    LeasePage page;
    try {
        if (LeaseMgrFactory::haveInstance()) {
            const auto& database = LeaseMgrFactory::instance();
            const LeasePageSize size(page_size);
            if (family_ == Family::v4) {
                const auto from = behind.empty() ? isc::asiolink::IOAddress::IPV4_ZERO_ADDRESS() : to_kea(behind);
                page = page_of(database.getLeases4(from, size));
            } else {
                const auto from = behind.empty() ? isc::asiolink::IOAddress::IPV6_ZERO_ADDRESS() : to_kea(behind);
                page = page_of(database.getLeases6(from, size));
            }
        }
    } catch (const std::exception&) {
        return;  // a database that cannot be reached: the helper asks again
    }
    page.behind = behind;
    const std::lock_guard lock(mutex_);
    page_ = std::move(page);
}

}  // namespace branchline::hook
