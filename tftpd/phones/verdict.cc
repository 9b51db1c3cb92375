#include "tftpd/phones/verdict.h"

#include "tftpd/base/bytes.h"
#include "tftpd/store/device_names.h"
#include "tftpd/store/file_name.h"

#include <algorithm>
#include <array>
#include <utility>

namespace branchline {
namespace {

using Kind = Verdict::Kind;
using Step = api::LeaseEvent::Kind;
using Outcome = FileReport::Outcome;

struct Known {
    Kind kind;
    Verdict::Level level;
    std::string_view name;
};
using Level = Verdict::Level;
constexpr std::array<Known, 20> known_kinds{{
    {Kind::well, Level::well, "well"},
    {Kind::booting, Level::waiting, "booting"},
    {Kind::nothing_heard, Level::problem, "nothing-heard"},
    {Kind::no_offer, Level::problem, "no-offer"},
    {Kind::no_lease, Level::problem, "no-lease"},
    {Kind::other_dhcp, Level::problem, "other-dhcp"},
    {Kind::no_servers, Level::problem, "no-servers"},
    {Kind::no_file_request, Level::problem, "no-file-request"},
    {Kind::other_server, Level::warning, "other-server"},
    {Kind::gone, Level::warning, "gone"},
    {Kind::configuration_nowhere, Level::problem, "configuration-nowhere"},
    {Kind::refused, Level::problem, "refused"},
    {Kind::binding_refused, Level::problem, "binding-refused"},
    {Kind::unavailable, Level::problem, "unavailable"},
    {Kind::stopped_early, Level::problem, "stopped-early"},
    {Kind::answers_lost, Level::problem, "answers-lost"},
    {Kind::lossy, Level::warning, "lossy"},
    {Kind::firmware_incomplete, Level::problem, "firmware-incomplete"},
    {Kind::loops, Level::problem, "loops"},
    {Kind::two_homes, Level::warning, "two-homes"},
}};

std::string ago(Duration past) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(past).count();
    if (seconds < 120) {
        return std::to_string(std::max<decltype(seconds)>(seconds, 0)) + " s";
    }
    if (seconds < 2 * 3600) {
        return std::to_string(seconds / 60) + " min";
    }
    return seconds < 48 * 3600 ? std::to_string(seconds / 3600) + " h" : std::to_string(seconds / 86400) + " days";
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

std::string times(unsigned count) {
    return count == 1 ? "once" : count == 2 ? "twice" : std::to_string(count) + " times";
}

bool ends_with_any(const std::string& key, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return key.ends_with(ending); });
}

bool is_configuration(const std::string& key) {
    return !device_of_key(key).empty() && key.find(".cnf") != std::string::npos;
}
/// A load, or a file of one: sip88xx.14-1-1.loads and what it lists.
bool is_firmware(const std::string& key) {
    return device_of_key(key).empty() && ends_with_any(key, {".loads", ".sbn", ".sbin", ".bin", ".zup", ".zz.sgn", ".bin.sgn"});
}

/// The files of one boot, in the classes that are asked about.
struct Asked {
    explicit Asked(const Boot& boot) {
        for (const auto& file : boot.files) {
            const auto key = to_key(file.report.name);
            const bool configuration = is_configuration(key);
            configuration_asked = configuration_asked || configuration;
            switch (file.report.outcome) {
                case Outcome::sent:
                    any_sent = true;
                    if (configuration && (got == nullptr || file.report.ended > got->report.ended)) {
                        got = &file;
                    }
                    if (key == "xmldefault.cnf.xml") {
                        took_default = true;
                    }
                    // A phone may look at its lists as often as its user likes.
                    if (file.times >= times_round && (configuration || is_firmware(key)) &&
                        (again == nullptr || file.times > again->times)) {
                        again = &file;
                    }
                    break;
                case Outcome::not_found:
                    if (configuration && (nowhere == nullptr || file.report.reason.size() > nowhere->report.reason.size())) {
                        nowhere = &file;
                    }
                    if (is_firmware(key)) {
                        firmware_missing = &file;
                    }
                    break;
                case Outcome::refused:
                    if (configuration) {
                        refused = &file;
                    }
                    break;
                case Outcome::unavailable:
                    unavailable = &file;
                    break;
                case Outcome::unheard:
                    unheard = &file;
                    break;
                case Outcome::broken_off:
                    broken = &file;
                    break;
            }
            blocks += file.report.blocks;
            resent += file.report.resent;
        }
    }
    [[nodiscard]] bool many_sent_again() const {
        return blocks >= blocks_to_judge && static_cast<double>(resent) > many_resends * static_cast<double>(blocks);
    }

    bool any_sent = false;
    bool configuration_asked = false;
    bool took_default = false;
    const FileAsked* got = nullptr;  ///< the configuration, the latest
    const FileAsked* again = nullptr;
    const FileAsked* nowhere = nullptr;  ///< the configuration; of several the one of which most was said
    const FileAsked* firmware_missing = nullptr;
    const FileAsked* refused = nullptr;  ///< the configuration
    const FileAsked* unavailable = nullptr;
    const FileAsked* unheard = nullptr;
    const FileAsked* broken = nullptr;
    std::uint64_t blocks = 0;
    std::uint64_t resent = 0;
};

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

Verdict nothing_heard() {
    return {
        Kind::nothing_heard, "this DHCP server has heard nothing of the phone, and it has asked for no file",
        "check its port (link, PoE, voice VLAN), on a routed VLAN that the relay (ip helper-address) names this server, and "
        "that the MAC address is right"};
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

/// A lease was given, or not, and no file was asked for.
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

/// What follows the first file request.
Verdict judge_files(const PhoneTimeline& phone, const Boot& boot, const Asked& asked, const VerdictContext& context) {
    const auto since = context.now - boot.last;
    const auto name = device_name(phone.mac);
    if (asked.got == nullptr) {
        if (asked.unheard != nullptr && !asked.any_sent) {
            return {Kind::answers_lost, asked.unheard->report.name + " was asked for and sent, and the phone never answered",
                    "open the firewall between this machine and the phone for UDP from any port above 1024 (\"transfer-ports\" "
                    "narrows them), and check the way back to the phone"};
        }
        if (asked.refused != nullptr && asked.refused->report.source == "binding") {
            const auto from = asked.refused->report.phone.to_string();
            return {Kind::binding_refused,
                    "device-binding refused it " + asked.refused->report.name + ": " + asked.refused->report.reason,
                    "if the phone is to have that address without a lease from here, put " + from +
                        " into \"device-binding-allow\"; otherwise let it restart, so that it asks for a lease, and look who "
                        "asks from " +
                        from};
        }
        if (asked.refused != nullptr) {
            return {Kind::refused, asked.refused->report.name + " was refused: " + asked.refused->report.reason,
                    "mend what the reason names, and let the phone ask again"};
        }
        if (asked.unavailable != nullptr) {
            return {Kind::unavailable,
                    asked.unavailable->report.name + " cannot be had now: " + asked.unavailable->report.reason,
                    "check the way to the clusters' servers (branchlinectl cluster list)"};
        }
        if (asked.nowhere != nullptr) {
            return {Kind::configuration_nowhere,
                    asked.nowhere->report.name + " is nowhere: " + asked.nowhere->report.reason +
                        (asked.took_default ? "; the phone took XMLDefault.cnf.xml" : ""),
                    "add the phone as " + name + " in one of the clusters, or give it auto-registration there"};
        }
        if (asked.broken == nullptr) {
            if (since < file_patience) {
                return {Kind::booting, "it asked for its last file " + ago(since) + " ago", ""};
            }
            if (!asked.configuration_asked) {
                return {
                    Kind::stopped_early, "it asked for files " + ago(since) + " ago, but never for its configuration",
                    "erase the trust list on the phone (it may hold that of another cluster), or restart it and look again"};
            }
        }
    }
    if (asked.broken != nullptr && (asked.got == nullptr || asked.broken->report.ended > asked.got->report.ended)) {
        const auto& broken = asked.broken->report;
        return {Kind::lossy, broken.name + " broke off after " + std::to_string(broken.bytes) + " bytes: " + broken.reason,
                "look for loss or a small MTU on the way to the phone, and for a phone that restarts meanwhile"};
    }
    if (asked.many_sent_again()) {
        return {Kind::lossy,
                std::to_string(asked.resent) + " of " + std::to_string(asked.blocks) + " blocks had to be sent again",
                "look for loss, duplex or a small MTU on the way to the phone"};
    }
    if (asked.firmware_missing != nullptr) {
        return {
            Kind::firmware_incomplete,
            "firmware file " + asked.firmware_missing->report.name + " is nowhere: " + asked.firmware_missing->report.reason,
            "put the whole set of that load (the .loads file and all that it lists) on the cluster, or among the own files"};
    }
    if (asked.again != nullptr) {
        return {
            Kind::loops,
            "it fetched " + asked.again->report.name + " " + std::to_string(asked.again->times) +
                " times in one boot, the last time " + ago(since) + " ago",
            "look at its screen or web page for why it does not accept the file (signature, firmware name, unreachable call "
            "control)"};
    }
    const auto recent = std::count_if(phone.boots.begin(), phone.boots.end(),
                                      [&](const Boot& one) { return context.now - one.began < boots_window; });
    if (static_cast<std::size_t>(recent) >= boots_round) {
        return {Kind::loops,
                "it booted " + std::to_string(recent) + " times within " + ago(boots_window) + " and got its files each time",
                "check its power (PoE budget), and look on its screen for what it does last"};
    }
    if (!context.second_home.empty()) {
        return {Kind::two_homes,
                "its configuration is in two clusters: it gets that of " + context.owner + ", and " + context.second_home +
                    " has one, too",
                "delete it in the cluster where it does not belong"};
    }
    if (asked.got == nullptr) {
        return {Kind::booting, "it asked for its last file " + ago(since) + " ago", ""};
    }
    const auto& got = asked.got->report;
    return {Kind::well,
            "it got " + got.name + " (" + std::to_string(got.bytes) + " bytes, from " + got.source + ") " +
                ago(context.now - got.ended) + " ago, and nothing was odd",
            since < file_patience ? "" : "if it does not register, look at its call control"};
}

}  // namespace

Verdict::Level Verdict::level() const {
    return std::find_if(known_kinds.begin(), known_kinds.end(), [this](const Known& one) { return one.kind == kind; })->level;
}

std::string Verdict::sentence() const {
    return wrong + (to_do.empty() ? "" : "; " + to_do) + ".";
}

std::string_view name_of(Verdict::Kind kind) {
    return std::find_if(known_kinds.begin(), known_kinds.end(), [kind](const Known& one) { return one.kind == kind; })->name;
}

std::string_view name_of(Verdict::Level level) {
    switch (level) {
        case Level::well:
            return "well";
        case Level::waiting:
            return "waiting";
        case Level::warning:
            return "warning";
        case Level::problem:
            return "problem";
    }
    return "";
}

Verdict judge(const PhoneTimeline* phone, const VerdictContext& context) {
    if (phone == nullptr || phone->boots.empty()) {
        return nothing_heard();
    }
    const auto& boot = phone->boots.back();
    return boot.files.empty() ? judge_dhcp(boot, context) : judge_files(*phone, boot, Asked(boot), context);
}

}  // namespace branchline
