#include "tftpd/resolve/binding_check.h"

#include <boost/asio/ip/address.hpp>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(BindingCheck) {
    LeaseTable leases;
    BindingCheck check{leases};
    BindingAllowed allowed;
    TimePoint now{1000h};

    void lease(std::uint8_t last, const char* address, unsigned family = 4) {
        api::LeaseEvent event;
        event.family = family;
        event.mac = MacAddress{0, 0x11, 0x22, 0xaa, 0xbb, last};
        event.address = address;
        event.lifetime = 3600;
        leases.update(event, now);
    }
    BindingCheck::Ruling ask(const char* from, const char* key) {
        return check.judge(boost::asio::ip::make_address(from), key, allowed, now);
    }
};

TEST(BindingCheck, ThePhoneThatHasTheAddressGetsItsFilesAndNoOther) {
    lease(0xcc, "192.0.2.7");
    lease(0xcc, "2001:db8::7", 6);
    for (const auto* from : {"192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7"}) {
        for (const auto* key : {"sep001122aabbcc.cnf.xml", "ctlsep001122aabbcc.tlv", "ata1122aabbcc01.cnf.xml.sgn"}) {
            CHECK_FALSE(ask(from, key).foreign);
        }
        const auto ruling = ask(from, "sep001122aabbcd.cnf.xml");
        CHECK(ruling.foreign);
        CHECK_EQUAL(std::string("00:11:22:aa:bb:cc"), ruling.leased_to);
    }
}

TEST(BindingCheck, WithoutALeaseAllIsForeign) {
    CHECK_FALSE(check.knows_leases());
    const auto ruling = ask("192.0.2.7", "sep001122aabbcc.cnf.xml");
    CHECK(ruling.foreign);
    CHECK(ruling.leased_to.empty());
    lease(0xcc, "192.0.2.7");
    CHECK(check.knows_leases());
    CHECK_FALSE(ask("192.0.2.7", "sep001122aabbcc.cnf.xml").foreign);
    now += 3600s;
    CHECK(ask("192.0.2.7", "sep001122aabbcc.cnf.xml").foreign);
}

TEST(BindingCheck, AllowedAddressesMayAskForAllAndAllowedDevicesBeAskedFor) {
    allowed.prefixes = {AddressPrefix::of(boost::asio::ip::make_address("192.0.2.8"), 29)};
    allowed.devices = {"001122aabbcc"};
    CHECK_FALSE(ask("192.0.2.15", "sep001122aabbcd.cnf.xml").foreign);
    CHECK_FALSE(ask("::ffff:192.0.2.15", "sep001122aabbcd.cnf.xml").foreign);
    CHECK(ask("192.0.2.16", "sep001122aabbcd.cnf.xml").foreign);
    CHECK_FALSE(ask("192.0.2.16", "sep001122aabbcc.cnf.xml").foreign);
}

TEST(BindingCheck, AnAddressIsWorthALineInTenMinutes) {
    CHECK(ask("192.0.2.7", "sep001122aabbcc.cnf.xml").first);
    CHECK_FALSE(ask("::ffff:192.0.2.7", "sep001122aabbcd.cnf.xml").first);
    now += BindingCheck::line_every - 1s;
    CHECK_FALSE(ask("192.0.2.7", "sep001122aabbcc.cnf.xml").first);
    now += 1s;
    CHECK(ask("192.0.2.7", "sep001122aabbcc.cnf.xml").first);
}

TEST(BindingCheck, EachAddressHasItsOwnLineIfNeedBeLater) {
    for (int last = 1; last <= BindingCheck::line_burst; ++last) {
        CHECK(ask(("192.0.2." + std::to_string(last)).c_str(), "sep001122aabbcc.cnf.xml").first);
    }
    CHECK_FALSE(ask("192.0.2.100", "sep001122aabbcc.cnf.xml").first);
    now += BindingCheck::next_line;
    CHECK(ask("192.0.2.100", "sep001122aabbcd.cnf.xml").first);
    CHECK_FALSE(ask("192.0.2.100", "sep001122aabbce.cnf.xml").first);
}
