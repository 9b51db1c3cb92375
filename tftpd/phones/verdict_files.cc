#include "tftpd/phones/verdict_parts.h"
#include "tftpd/store/file_name.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace branchline::verdict_parts {
namespace {

using Kind = Verdict::Kind;
using Outcome = FileReport::Outcome;

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

/// Why it has not got its configuration; nothing if that is not known yet.
std::optional<Verdict> judge_missing(const Asked& asked, const std::string& device, Duration since) {
    if (asked.unheard != nullptr && !asked.any_sent) {
        return Verdict{Kind::answers_lost, asked.unheard->report.name + " was asked for and sent, and the phone never answered",
                       "open the firewall between this machine and the phone for UDP from any port above 1024 "
                       "(\"transfer-ports\" narrows them), and check the way back to the phone"};
    }
    if (asked.refused != nullptr && asked.refused->report.source == "binding") {
        const auto from = asked.refused->report.phone.to_string();
        return Verdict{Kind::binding_refused,
                       "device-binding refused it " + asked.refused->report.name + ": " + asked.refused->report.reason,
                       "if the phone is to have that address without a lease from here, put " + from +
                           " into \"device-binding-allow\"; otherwise let it restart, so that it asks for a lease, and look "
                           "who asks from " +
                           from};
    }
    if (asked.refused != nullptr) {
        return Verdict{Kind::refused, asked.refused->report.name + " was refused: " + asked.refused->report.reason,
                       "mend what the reason names, and let the phone ask again"};
    }
    if (asked.unavailable != nullptr) {
        return Verdict{Kind::unavailable,
                       asked.unavailable->report.name + " cannot be had now: " + asked.unavailable->report.reason,
                       "check the way to the clusters' servers (branchlinectl cluster list)"};
    }
    if (asked.nowhere != nullptr) {
        return Verdict{Kind::configuration_nowhere,
                       asked.nowhere->report.name + " is nowhere: " + asked.nowhere->report.reason +
                           (asked.took_default ? "; the phone took XMLDefault.cnf.xml" : ""),
                       "add the phone as " + device + " in one of the clusters, or give it auto-registration there"};
    }
    if (asked.broken != nullptr) {
        return std::nullopt;
    }
    if (since < file_patience) {
        return Verdict{Kind::booting, "it asked for its last file " + ago(since) + " ago", ""};
    }
    if (!asked.configuration_asked) {
        return Verdict{Kind::stopped_early, "it asked for files " + ago(since) + " ago, but never for its configuration",
                       "erase the trust list on the phone (it may hold that of another cluster), or restart it and look again"};
    }
    return std::nullopt;
}

/// A file that broke off, and no configuration since.
std::optional<Verdict> judge_broken(const Asked& asked) {
    if (asked.broken == nullptr || (asked.got != nullptr && asked.broken->report.ended <= asked.got->report.ended)) {
        return std::nullopt;
    }
    const auto& broken = asked.broken->report;
    return Verdict{Kind::lossy, broken.name + " broke off after " + std::to_string(broken.bytes) + " bytes: " + broken.reason,
                   "look for loss or a small MTU on the way to the phone, and for a phone that restarts meanwhile"};
}

/// What is odd in how the files of this boot went.
std::optional<Verdict> judge_course(const Asked& asked, Duration since) {
    if (asked.many_sent_again()) {
        return Verdict{Kind::lossy,
                       std::to_string(asked.resent) + " of " + std::to_string(asked.blocks) + " blocks had to be sent again",
                       "look for loss, duplex or a small MTU on the way to the phone"};
    }
    if (asked.firmware_missing != nullptr) {
        const auto& missing = asked.firmware_missing->report;
        return Verdict{
            Kind::firmware_incomplete, "firmware file " + missing.name + " is nowhere: " + missing.reason,
            "put the whole set of that load (the .loads file and all that it lists) on the cluster, or among the own "
            "files"};
    }
    if (asked.again != nullptr) {
        return Verdict{Kind::loops,
                       "it fetched " + asked.again->report.name + " " + std::to_string(asked.again->times) +
                           " times in one boot, the last time " + ago(since) + " ago",
                       "look at its screen or web page for why it does not accept the file (signature, firmware name, "
                       "unreachable call control)"};
    }
    return std::nullopt;
}

/// Boots that follow each other.
std::optional<Verdict> judge_boots(const PhoneTimeline& phone, TimePoint now) {
    const auto recent =
        std::count_if(phone.boots.begin(), phone.boots.end(), [&](const Boot& one) { return now - one.began < boots_window; });
    if (static_cast<std::size_t>(recent) < boots_round) {
        return std::nullopt;
    }
    return Verdict{
        Kind::loops,
        "it booted " + std::to_string(recent) + " times within " + ago(boots_window) + " and got its files each time",
        "check its power (PoE budget), and look on its screen for what it does last"};
}

}  // namespace

Verdict judge_files(const PhoneTimeline& phone, const VerdictContext& context) {
    const auto& boot = phone.boots.back();
    const Asked asked(boot);
    const auto since = context.now - boot.last;
    if (asked.got == nullptr) {
        if (auto missing = judge_missing(asked, device_name(phone.mac), since)) {
            return *std::move(missing);
        }
    }
    if (auto broken = judge_broken(asked)) {
        return *std::move(broken);
    }
    if (asked.got != nullptr) {
        if (auto doubt = judge_trust(phone, context)) {
            return *std::move(doubt);
        }
    }
    if (auto odd = judge_course(asked, since)) {
        return *std::move(odd);
    }
    if (auto loops = judge_boots(phone, context.now)) {
        return *std::move(loops);
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

}  // namespace branchline::verdict_parts
