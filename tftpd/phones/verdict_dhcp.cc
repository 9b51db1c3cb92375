#include "tftpd/base/bytes.h"
#include "tftpd/phones/verdict_parts.h"

#include <algorithm>
#include <initializer_list>

namespace branchline::verdict_parts {
namespace {

using Kind = Verdict::Kind;
using Step = api::LeaseEvent::Kind;

const DhcpStep* latest(const Boot& boot, std::initializer_list<Step> kinds) {
    const DhcpStep* found = nullptr;
    for (const auto& step : boot.dhcp) {
        if (std::find(kinds.begin(), kinds.end(), step.kind) != kinds.end() && (found == nullptr || step.last >= found->last)) {
            found = &step;
        }
    }
    return found;
}

std::string relay_words(const DhcpStep& step) {
    return step.relay.empty() ? "" : " through relay " + step.relay;
}

std::string why_none_words(const std::string& why) {
    if (why == "not-a-phone") {
        return "its vendor class is not that of a phone";
    }
    if (why == "no-servers") {
        return "no server of its address family is set for its subnet";
    }
    if (why == "no-address-on-interface") {
        return "\"auto\" found no address of this machine that the phone could use";
    }
    return why.empty() ? "the hook did not say why" : escaped(why, 80);
}

std::string why_none_to_do(const std::string& why) {
    if (why == "not-a-phone") {
        return "set \"endpoints\": \"all\" for its host or subnet, or put it into the phones' client class";
    }
    if (why == "no-servers") {
        return "set \"tftp-servers\" with an address of that family for the hook, or for its subnet";
    }
    return "give the interface an address in the phone's subnet, or name the server's address instead of \"auto\"";
}

Verdict no_servers(const DhcpStep& step, const std::string& has) {
    return {Kind::no_servers,
            has + ", but was sent no TFTP servers (" +
                (step.family == 6 ? "option 17, enterprise 9, sub-option 1" : "option 150") + ": " +
                why_none_words(step.why_none) + ")",
            why_none_to_do(step.why_none)};
}

Verdict no_file_request(const DhcpStep& step, const std::string& has, const VerdictContext& context) {
    const auto since = context.now - step.last;
    if (since < file_patience) {
        return {Kind::booting, has + ", told " + ago(since) + " ago, and has asked for no file yet", ""};
    }
    const auto& first = step.servers.front();
    const auto& own = context.own_addresses;
    if (!own.empty() && std::find(own.begin(), own.end(), first) == own.end()) {
        return {Kind::other_server,
                has + ", and was sent to server " + escaped(first) + " first, which is not this machine; it asked nothing here",
                "look on that server, or change the order of \"tftp-servers\""};
    }
    return {Kind::no_file_request,
            has + " and was told servers " + joined(step.servers) + " " + ago(since) + " ago, but asked for no file",
            "check that it reaches " + escaped(first) +
                " (its VLAN, the gateway, a firewall on UDP 69 and TCP 6970), and that no alternate TFTP server is set on the "
                "phone"};
}

Verdict no_offer(const DhcpStep& asked, const VerdictContext& context) {
    const std::string what = asked.family == 6 ? "its SOLICIT" : "its DISCOVER";
    if (context.now - asked.first < lease_patience) {
        return {Kind::booting, what + " came just now", ""};
    }
    return {
        Kind::no_offer,
        what + " came " + times(asked.times) + relay_words(asked) + ", the last time " + ago(context.now - asked.last) +
            " ago, and the DHCP server offered nothing",
        asked.relay.empty()
            ? "give the interface that it came in on a subnet with a pool that has free addresses, and look into Kea's log"
            : "give Kea a subnet that holds the relay's address, with a pool that has free addresses, and look into Kea's log"};
}

}  // namespace

Verdict nothing_heard() {
    return {
        Kind::nothing_heard, "this DHCP server has heard nothing of the phone, and it has asked for no file",
        "check its port (link, PoE, voice VLAN), on a routed VLAN that the relay (ip helper-address) names this server, and "
        "that the MAC address is right"};
}

Verdict judge_dhcp(const Boot& boot, const VerdictContext& context) {
    if (const auto* ended = latest(boot, {Step::released, Step::expired, Step::declined}); ended != nullptr) {
        const auto* lease = latest(boot, {Step::committed, Step::renewed});
        if (lease == nullptr || ended->last >= lease->last) {
            const bool declined = ended->kind == Step::declined;
            return {Kind::gone,
                    std::string("its lease of ") + escaped(ended->address) +
                        (declined ? " was declined, since the phone found another host with that address, "
                         : ended->kind == Step::released ? " was given back "
                                                         : " expired ") +
                        ago(context.now - ended->last) + " ago, and nothing was heard since",
                    declined ? "find the host that uses that address without a lease" : "check its cabling and power"};
        }
    }
    const auto* lease = latest(boot, {Step::committed, Step::renewed});
    if (lease == nullptr) {
        const auto* offer = latest(boot, {Step::offered});
        if (const auto* other = latest(boot, {Step::elsewhere}); other != nullptr && !other->servers.empty()) {
            return {
                Kind::other_dhcp,
                "it took the offer of DHCP server " + escaped(other->servers.front()) + relay_words(*other) +
                    ", which is neither this machine nor one of \"tftp-servers\"",
                "find that server and take it off the phones' VLAN (DHCP snooping keeps such out); if it is meant to be there, "
                "have it give option 150 or leave the phones to this one"};
        }
        const auto* informed = latest(boot, {Step::seen});
        const auto* asked = latest(boot, {Step::asked});
        if (offer == nullptr && informed != nullptr) {
            return informed->servers.empty() ? no_servers(*informed, "it has an address of its own and asked DHCP for the rest")
                                             : no_file_request(*informed, "it has an address of its own", context);
        }
        if (offer == nullptr) {
            return asked == nullptr ? nothing_heard() : no_offer(*asked, context);
        }
        if (context.now - offer->last < lease_patience) {
            return {Kind::booting, "it was offered " + escaped(offer->address) + " just now", ""};
        }
        return {Kind::no_lease,
                escaped(offer->address) + " was offered " + times(offer->times) + relay_words(*offer) +
                    ", and the phone did not take it",
                "look for a second DHCP server on its VLAN, and whether offers reach it (relay, DHCP snooping)"};
    }
    // One family's servers are enough.
    for (const auto& step : boot.dhcp) {
        if ((step.kind == Step::committed || step.kind == Step::renewed) && !step.servers.empty()) {
            lease = &step;
        }
    }
    const auto has = "it has a lease of " + escaped(lease->address);
    return lease->servers.empty() ? no_servers(*lease, has) : no_file_request(*lease, has, context);
}

}  // namespace branchline::verdict_parts
