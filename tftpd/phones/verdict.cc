#include "tftpd/phones/verdict.h"

#include "tftpd/phones/verdict_parts.h"

#include <algorithm>
#include <array>

namespace branchline {
namespace {

using Kind = Verdict::Kind;

struct Known {
    Kind kind;
    Verdict::Level level;
    std::string_view name;
};
using Level = Verdict::Level;
constexpr std::array<Known, 22> known_kinds{{
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
    {Kind::wrong_signer, Level::problem, "wrong-signer"},
    {Kind::unsigned_configuration, Level::problem, "unsigned"},
    {Kind::answers_lost, Level::problem, "answers-lost"},
    {Kind::lossy, Level::warning, "lossy"},
    {Kind::firmware_incomplete, Level::problem, "firmware-incomplete"},
    {Kind::loops, Level::problem, "loops"},
    {Kind::two_homes, Level::warning, "two-homes"},
}};

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
        return verdict_parts::nothing_heard();
    }
    const auto& boot = phone->boots.back();
    return boot.files.empty() ? verdict_parts::judge_dhcp(boot, context) : verdict_parts::judge_files(*phone, context);
}

}  // namespace branchline
