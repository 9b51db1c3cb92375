// What a phone may believe. A phone that has a trust list (CTL, ITL) takes a new one, and a configuration, only from signers
// that its list names, or that the trust verification service (TVS) of its old cluster vouches for. What list a phone holds
// cannot be seen; what can be: the lists that it got at its boots, and that a phone which took its configuration goes on to ask
// for more (dial rules, ring lists, locale), while one that refused it stops there.
#include "tftpd/phones/verdict_parts.h"
#include "tftpd/store/file_name.h"

#include <algorithm>
#include <utility>

namespace branchline::verdict_parts {
namespace {

using Kind = Verdict::Kind;
using Outcome = FileReport::Outcome;
using Form = FileTrust::Form;

/// What one boot shows.
struct BootTrust {
    explicit BootTrust(const Boot& boot) {
        for (const auto& file : boot.files) {
            const auto key = to_key(file.report.name);
            const bool sent = file.report.outcome == Outcome::sent;
            if (sent && file.report.trust.form == Form::list) {
                lists.push_back(&file);
            } else if (sent && is_configuration(key) && (got == nullptr || file.report.ended > got->report.ended)) {
                got = &file;
            }
            signed_is_missing = signed_is_missing ||
                                (file.report.outcome == Outcome::not_found && is_configuration(key) && key.ends_with(".sgn"));
        }
        went_on = got != nullptr && std::any_of(boot.files.begin(), boot.files.end(), [&](const FileAsked& file) {
                      const auto key = to_key(file.report.name);
                      return !is_configuration(key) && !is_trust_list(key) && file.report.ended > got->report.ended;
                  });
    }
    /// Do the boot's lists name that key?
    [[nodiscard]] bool accept(KeyId key) const {
        return std::any_of(lists.begin(), lists.end(), [key](const FileAsked* list) {
            const auto& accepted = list->report.trust.accepted;
            return std::find(accepted.begin(), accepted.end(), key) != accepted.end();
        });
    }

    std::vector<const FileAsked*> lists;
    const FileAsked* got = nullptr;  ///< the configuration, the latest
    bool signed_is_missing = false;  ///< the signed configuration was asked for, and is nowhere
    bool went_on = false;            ///< it asked for more after its configuration: it took it
};

struct StrangeList {
    const FileAsked* list = nullptr;
    const FileAsked* before = nullptr;  ///< that the phone got last and may hold
};

/// The list of a signer whom the one before does not name, unless the phone showed since that it takes it.
StrangeList strange_list(const PhoneTimeline& phone) {
    StrangeList strange;
    std::optional<BootTrust> held;
    for (const auto& boot : phone.boots) {
        BootTrust now(boot);
        if (now.lists.empty()) {
            continue;
        }
        strange = {};
        for (const auto* list : now.lists) {
            if (held && !now.went_on && !held->accept(list->report.trust.signer)) {
                strange = {list, held->lists.front()};
            }
        }
        if (strange.list == nullptr) {
            held = std::move(now);
        }
    }
    return strange;
}

}  // namespace

std::optional<Verdict> judge_trust(const PhoneTimeline& phone, const VerdictContext& context) {
    const BootTrust now(phone.boots.back());
    if (now.got == nullptr || now.lists.empty() || now.went_on) {
        return std::nullopt;
    }
    const auto& got = now.got->report;
    const auto wait_first = [&](Verdict verdict) {
        const auto since = context.now - phone.boots.back().last;
        return since >= file_patience ? std::move(verdict)
                                      : Verdict{Kind::booting, "it got its configuration " + ago(since) + " ago", ""};
    };
    if (const auto strange = strange_list(phone); strange.list != nullptr) {
        const auto& list = strange.list->report;
        return wait_first(
            {Kind::wrong_signer,
             list.name + " (from " + list.source + ") is signed by " + list.trust.signer_name + ", whom the list that it got " +
                 ago(context.now - strange.before->report.ended) + " ago (from " + strange.before->report.source +
                 ") does not name; it asked for nothing after its configuration",
             "erase the trust list on the phone (reset its security settings), or import the new cluster's certificates "
             "into the old one, so that its trust verification service knows them"});
    }
    if (got.trust.form == Form::signed_once && !now.accept(got.trust.signer)) {
        return wait_first(
            {Kind::wrong_signer,
             got.name + " (from " + got.source + ") is signed by " + got.trust.signer_name + ", whom its trust list (from " +
                 now.lists.front()->report.source + ") does not name; it asked for nothing after it",
             "have list and configuration come from one cluster, or put the signer's certificate into the list (CTL), or "
             "where the cluster's trust verification service finds it"});
    }
    const bool signed_name = to_key(got.name).ends_with(".sgn");
    if (got.trust.form == Form::plain && (signed_name || now.signed_is_missing)) {
        return wait_first({Kind::unsigned_configuration,
                           got.name + " (from " + got.source + ") has no signature, and the phone has a trust list (" +
                               now.lists.front()->report.name + ", from " + now.lists.front()->report.source +
                               "), so it takes only signed files",
                           "have the cluster sign it (the phone asks for " + device_name(phone.mac) +
                               ".cnf.xml.sgn), or erase the trust list on the phone"});
    }
    return std::nullopt;
}

}  // namespace branchline::verdict_parts
