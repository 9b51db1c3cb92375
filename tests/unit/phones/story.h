// A phone's boot told in short, for the tests of timeline and verdict: what DHCP did, what was asked for, with seconds between.
#pragma once

#include "tftpd/phones/timeline.h"
#include "tftpd/phones/verdict.h"

#include <string>
#include <vector>

namespace branchline {

struct Story {
    using Step = api::LeaseEvent::Kind;
    using Outcome = FileReport::Outcome;

    MacAddress mac{0x00, 0x11, 0x22, 0x33, 0x44, 0x55};
    std::string address = "192.0.2.50";
    Timelines timelines;
    TimePoint now = TimePoint{} + std::chrono::hours(100);
    std::optional<MacAddress> holder = mac;
    VerdictContext context{};
    FileTrust trust{};  ///< of the files that follow

    Story& wait(int seconds) {
        now += std::chrono::seconds(seconds);
        return *this;
    }
    Story& dhcp(Step kind, std::vector<std::string> servers = {"192.0.2.1"}, const std::string& why_none = "") {
        api::LeaseEvent event;
        event.kind = kind;
        event.mac = mac;
        event.address = address;
        event.vendor_class = "Cisco Systems, Inc. IP Phone CP-8841";
        event.servers = std::move(servers);
        event.why_none = why_none;
        timelines.add(event, now);
        return *this;
    }
    Story& leased(std::vector<std::string> servers = {"192.0.2.1"}, const std::string& why_none = "") {
        return dhcp(Step::offered, servers, why_none).dhcp(Step::committed, servers, why_none).wait(1);
    }
    Story& file(const std::string& name, Outcome outcome, const std::string& source = "files", const std::string& reason = "",
                std::uint64_t bytes = 5000, std::uint64_t blocks = 10, std::uint64_t resent = 0) {
        FileReport report;
        report.phone = boost::asio::ip::make_address(address);
        report.name = name;
        report.outcome = outcome;
        report.source = source;
        report.reason = reason;
        report.bytes = bytes;
        report.blocks = blocks;
        report.resent = resent;
        report.took = std::chrono::milliseconds(20);
        report.ended = now;
        report.trust = trust;
        timelines.add(std::move(report), holder);
        return wait(1);
    }
    Story& got_list(KeyId signer, std::vector<KeyId> accepted, const std::string& source = "cluster:hq-east") {
        trust = {FileTrust::Form::list, signer, "CN=key-" + std::to_string(signer), std::move(accepted)};
        file("ITLSEP001122334455.tlv", Outcome::sent, source);
        trust = {};
        return *this;
    }
    Story& got_signed(KeyId signer, const std::string& source = "cluster:hq-east") {
        trust = {FileTrust::Form::signed_once, signer, "CN=key-" + std::to_string(signer), {}};
        file("SEP001122334455.cnf.xml.sgn", Outcome::sent, source);
        trust = {};
        return *this;
    }
    Story& configured() { return file("SEP001122334455.cnf.xml", Outcome::sent, "cluster:hq-east"); }

    [[nodiscard]] const PhoneTimeline& phone() const { return *timelines.find(mac); }
    [[nodiscard]] Verdict verdict() {
        context.now = now;
        return judge(timelines.find(mac), context);
    }
};

}  // namespace branchline
