// Leases that came without a packet, from Kea's own memfile database to the daemon's socket.
#include "hook_driver.h"

#include <asiolink/io_service_mgr.h>
#include <dhcpsrv/lease_mgr_factory.h>

#include <ctime>
#include <optional>
#include <thread>

#include "event_socket.h"

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;
using namespace isc::dhcp;
using Kind = branchline::api::LeaseEvent::Kind;

TEST_GROUP(LeaseReader) {
    std::optional<EventSocket> socket;
    std::optional<LoadedHook> hook;

    void start(LoadedHook::Server server) {
        const bool v6 = server == LoadedHook::Server::dhcp6;
        LeaseMgrFactory::create(std::string("type=memfile persist=false universe=") + (v6 ? "6" : "4"));
        socket.emplace();
        hook.emplace(server, socket->parameters(v6 ? "2001:db8::1" : "192.0.2.1"));
        CHECK_EQUAL(std::string(), hook->configure());
    }
    void teardown() override {
        hook.reset();
        socket.reset();
        LeaseMgrFactory::destroy();
    }
    static Lease4Ptr lease4(const char* address, std::uint8_t last_of_mac, std::uint32_t lifetime = 3600) {
        auto made = boost::make_shared<Lease4>();
        made->addr_ = isc::asiolink::IOAddress(address);
        made->hwaddr_ = HWAddrPtr(new HWAddr({0, 0x11, 0x22, 0x33, 0x44, last_of_mac}, HTYPE_ETHER));
        made->subnet_id_ = 7;
        made->cltt_ = std::time(nullptr);
        made->valid_lft_ = lifetime;
        return made;
    }
    /// The next event, while Kea's main loop turns: this thread.
    branchline::api::LeaseEvent next() {
        for (int turn = 0; turn < 1000 && !socket->has_one(); ++turn) {
            isc::asiolink::IOServiceMgr::instance().pollIOServices();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return socket->next();
    }
};

TEST(LeaseReader, LeasesFromElsewhereAreToldAndToldWhenTheyGo) {
    start(LoadedHook::Server::dhcp4);
    auto& database = LeaseMgrFactory::instance();
    const auto lease = lease4("10.0.0.15", 0x77);
    database.addLease(lease4("10.0.0.14", 0x76, 0));  // over
    database.addLease(lease);
    auto event = next();
    CHECK(event.kind == Kind::held);
    CHECK_EQUAL(std::string("10.0.0.15"), event.address);
    CHECK_EQUAL(0x77, event.mac->at(5));
    CHECK_EQUAL(7u, event.subnet);
    CHECK(event.lifetime > 3590 && event.lifetime <= 3600);
    database.deleteLease(lease);
    event = next();
    CHECK(event.kind == Kind::gone);
    CHECK_EQUAL(std::string("10.0.0.15"), event.address);
}

TEST(LeaseReader, OfDhcpv6TheAddressesWithTheMacInTheDuid) {
    start(LoadedHook::Server::dhcp6);
    auto made = boost::make_shared<Lease6>();
    made->type_ = Lease::TYPE_NA;
    made->addr_ = isc::asiolink::IOAddress("2001:db8::15");
    made->duid_ = DuidPtr(new DUID({0, 3, 0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x78}));
    made->subnet_id_ = 9;
    made->iaid_ = 1;
    made->cltt_ = std::time(nullptr);
    made->valid_lft_ = 600;
    LeaseMgrFactory::instance().addLease(made);
    const auto event = next();
    CHECK(event.kind == Kind::held);
    CHECK_EQUAL(6u, event.family);
    CHECK_EQUAL(std::string("2001:db8::15"), event.address);
    CHECK_EQUAL(0x78, event.mac->at(5));
}
