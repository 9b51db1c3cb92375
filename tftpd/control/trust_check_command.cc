// tftp-trust-check: before a phone says "Trust list update failed", for each file that it will ask: who signs it, whether the
// lists that the phone has allow that, and what to do if they do not. The lists are the copies that the cache has of them.
#include "tftpd/base/letters.h"
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/phones/phone_watch.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/resolve/signed_names.h"
#include "tftpd/store/device_names.h"
#include "tftpd/trust/acceptance.h"
#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/signer.h"
#include "tftpd/control/certificate_element.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using trust::Acceptance;
using trust::TrustList;

constexpr std::size_t most_own_files = 20;              // rows; the others would say the same
constexpr std::size_t most_kept_files = 20;             // rows of what the cache has
constexpr std::size_t most_looked_at = 2000;            // own files
constexpr std::uint64_t largest_looked_at = 16u << 20;  // bytes

constexpr const char* rollback =
    "The cluster's setting \"Prepare Cluster for Rollback to pre 8.0\" blanks the ITL, after which a phone without a CTL "
    "checks nothing";
constexpr const char* rollback_is_no_use =
    "\"Prepare Cluster for Rollback to pre 8.0\" does not help: it blanks the ITL alone, and these phones go by their CTL, "
    "which stays";

Bytes bytes_of(const ContentPtr& content) {
    const auto size = content ? content->size() : std::nullopt;
    Bytes bytes(size && *size <= largest_looked_at ? static_cast<std::size_t>(*size) : 0);
    return content && content->read(0, bytes).state == tftp::BlockRead::State::ok ? bytes : Bytes();
}

/// A list with the bytes that it looks at.
struct KeptList {
    Bytes bytes;
    std::optional<TrustList> list;
};

KeptList list_of(const ContentPtr& content) {
    KeptList kept{bytes_of(content), std::nullopt};
    if (auto parsed = TrustList::parse(kept.bytes)) {
        kept.list = *std::move(parsed);
    }
    return kept;
}

class Check {
public:
    Check(const CommandTargets& targets, std::string mac, std::string cluster)
        : targets_(targets),
          config_(targets.config()),
          kept_(targets.resolver->cache_entries()),
          signer_(targets.resolver->signer()),
          mac_(std::move(mac)),
          cluster_(std::move(cluster)) {
        find_home();
        find_lists();
    }

    ConstElementPtr answer() {
        if (!mac_.empty()) {
            const auto device = "SEP" + mac_;
            for (const auto& name : {"CTL" + device + ".tlv", "ITL" + device + ".tlv", device + ".cnf.xml.sgn"}) {
                add(name);
            }
            if (const auto digits = mac_from_digits(mac_)) {
                for (const auto& name : targets_.phones->names_asked(*digits)) {
                    add(name);
                }
            }
        }
        add_kept();
        add_own();
        auto arguments = Element::createMap();
        arguments->set("home", Element::create(home_.empty() ? std::string("unknown") : home_));
        arguments->set("itl", Element::create(itl_.list.has_value()));
        arguments->set("ctl", Element::create(ctl_.list.has_value()));
        arguments->set("files", rows_);
        auto text = counted(rows_->size(), "file", "files") + ", " +
                    (bad_ == 0 ? "none of which is refused." : std::to_string(bad_) + " of which would be refused.");
        if (!itl_.list && !ctl_.list) {
            text += std::string(" No trust list of ") + (mac_.empty() ? "this cluster" : "this phone") +
                    " is here; once a phone of it has booted over this box, ask again.";
        }
        return createAnswer(success, text + secure_note(), arguments);
    }

private:
    // What comes before all signatures: that the cluster's files come through at all.
    [[nodiscard]] std::string secure_note() const {
        const auto home = std::find_if(config_->clusters.begin(), config_->clusters.end(),
                                       [&](const Cluster& one) { return one.id == home_; });
        if (home == config_->clusters.end() || !home->secure ||
            !targets_.certificates->snapshot()->of_cluster(trust::Store::callmanager, home_).empty()) {
            return "";
        }
        return " The cluster is secure here, and no certificate of it is imported, so nothing of it but firmware is passed on: "
               "branchlinectl trust import callmanager FILE --cluster " +
               home_ + '.';
    }

    // "this box" if its configuration is an own file; else whose copy of it the cache has.
    void find_home() {
        home_ = cluster_;
        for (const auto& key : configuration_keys_of_device(mac_)) {
            const auto found = home_.empty() ? targets_.resolver->at_hand(key) : std::nullopt;
            if (found) {
                home_ = found->source.starts_with("cache:") ? found->source.substr(6) : "this box";
            }
        }
    }

    // A phone's own lists; else any of the same cluster, which differ in nothing but the name that they are fetched by.
    void find_lists() {
        itl_ = find_list("itl");
        ctl_ = find_list("ctl");
    }
    KeptList find_list(const std::string& kind) {
        const auto own = mac_.empty() ? std::nullopt : targets_.resolver->at_hand(kind + "sep" + mac_ + ".tlv");
        if (own) {
            return list_of(own->content);
        }
        for (const auto& entry : kept_) {
            const auto key = to_key(entry.name);
            if (entry.cluster == home_ && key.starts_with(kind) && key.ends_with(".tlv")) {
                if (const auto found = targets_.resolver->at_hand(entry.name)) {
                    return list_of(found->content);
                }
            }
        }
        return {};
    }

    // Signed files of clusters that phones share, and a cluster's own.
    void add_kept() {
        std::size_t count = 0;
        for (const auto& entry : kept_) {
            const auto name = FileName::parse(entry.name);
            const bool relevant =
                name && name->key().ends_with(".sgn") && (!name->names_device() || (mac_.empty() && entry.cluster == home_));
            if (relevant && count < most_kept_files) {
                add(entry.name);
                ++count;
            }
        }
    }

    // Own files, in the form in which a phone with a list asks for them.
    void add_own() {
        std::error_code error;
        std::size_t looked = 0;
        std::size_t count = 0;
        for (std::filesystem::recursive_directory_iterator at(config_->files, error), end;
             !error && at != end && looked < most_looked_at && count < most_own_files; at.increment(error), ++looked) {
            const auto name = FileName::parse(at->path().lexically_relative(config_->files).generic_string());
            if (name && at->is_regular_file(error) && !name->names_device() && may_be_enveloped(*name)) {
                add(name->text() + ".sgn");
                ++count;
            }
        }
    }

    void add(const std::string& text) {
        const auto name = FileName::parse(text);
        if (!name || !seen_.insert(name->key()).second) {
            return;
        }
        const auto found = targets_.resolver->at_hand(text);
        auto row = Element::createMap();
        const auto set = [&](const char* what, const std::string& value) {
            row->set(what, Element::create(shown_name(value)));
        };
        set("file", name->text());
        set("from", !found                                ? (home_.empty() ? "?" : home_)
                    : found->source.starts_with("cache:") ? found->source.substr(6)
                                                          : "this box");
        Verdict verdict;
        if (is_firmware(*name)) {
            verdict = {"accepted", "its maker", "phones check firmware by a key of its maker's", ""};
        } else if (name->kind() == FileName::Kind::trust_list) {
            verdict = of_list(found ? list_of(found->content) : KeptList{});
        } else if (name->key().ends_with(".sgn")) {
            verdict = of_file(found);
        } else {
            verdict = {"unchecked", "nobody", "a file without \".sgn\" has no signature, and no phone looks for one", ""};
        }
        set("verdict", verdict.word);
        set("signer", verdict.signer);
        set("reason", verdict.reason);
        set("remedy", verdict.remedy);
        bad_ += verdict.word == "refused" ? 1 : 0;
        rows_->add(row);
    }

    struct Verdict {
        std::string word;  ///< accepted, asks-tvs, refused, unchecked, unknown
        std::string signer;
        std::string reason;
        std::string remedy;
    };

    Verdict of_list(const KeptList& kept) const {
        if (!kept.list) {
            return {"unknown", "-", "no copy is here; a phone that is told so goes on with the list that it has", ""};
        }
        const auto& signer = kept.list->header.signer.subject;
        if (const auto valid = kept.list->signer(); !valid) {
            return {"refused", signer, valid.error().text, "restart Cisco Tftp on the cluster, so that it makes the list anew"};
        }
        return {"accepted", signer, "by phones that have a list of the same signer, or none yet", ""};
    }

    Verdict of_file(const std::optional<Resolver::AtHand>& found) const {
        if (!found) {
            return {"unknown", "-", "no copy is here; its cluster signs it, as it signed the list", ""};
        }
        const bool ours = found->source == "signed";
        if (ours && !signer_) {
            return {"refused", "nobody", "this box has no key to sign it with: " + targets_.resolver->signer_fault(),
                    "mend that first"};
        }
        trust::SignerId signer;
        const auto bytes = ours ? Bytes() : bytes_of(found->content);
        if (ours) {
            const auto& certificate = signer_->certificate();
            signer = {.subject = certificate.subject, .issuer = certificate.issuer, .serial = certificate.serial};
        } else if (auto parsed = trust::SignedFile::parse(bytes)) {
            signer = std::move(parsed->signer);
        } else {
            return {"refused", "nobody", parsed.error().text,
                    "take a signed file in its place, or remove \".sgn\" from its name"};
        }
        switch (trust::acceptance_of({.itl = itl_.list ? &*itl_.list : nullptr, .ctl = ctl_.list ? &*ctl_.list : nullptr},
                                     signer)) {
            case Acceptance::unchecked:
                return {"unknown", signer.subject, "what the phone's list allows is not known here", ""};
            case Acceptance::by_itl:
                return {"accepted", signer.subject, "the ITL has the signer", ""};
            case Acceptance::by_ctl:
                return {"accepted", signer.subject, "the CTL has the signer", ""};
            case Acceptance::asks_tvs:
                return {"asks-tvs", signer.subject,
                        "not in the list; accepted if the cluster's Trust Verification Service knows it", remedy(ours)};
            case Acceptance::refused:
                return {"refused", signer.subject, "not in the list, which names no Trust Verification Service", remedy(ours)};
        }
        return {};
    }

    [[nodiscard]] std::string remedy(bool ours) const {
        if (!ours) {
            return "it comes from another cluster: import that one's CallManager certificate on the home cluster as "
                   "Phone-SAST-trust, "
                   "or flush it here (branchlinectl cache flush NAME)";
        }
        if (home_ == "this box") {
            return "branchlinectl trust build, so that the list has the present key";
        }
        std::string text =
            "set \"common-from-home\" to true, so that such files come from the cluster; or on the cluster import this box's "
            "certificate (branchlinectl trust export FILE) as Phone-SAST-trust and restart "
            "Cisco Trust "
            "Verification Service";
        if (ctl_.list) {
            text +=
                "; besides run \"utils ctl update CTLFile\" there, restart Cisco Tftp and Cisco CallManager, and reset the "
                "phones. ";
            return text + rollback_is_no_use;
        }
        return text + ". " + rollback;
    }

    const CommandTargets& targets_;
    const ConfigPtr config_;
    const std::vector<CacheEntry> kept_;
    const std::shared_ptr<const trust::Signer> signer_;
    const std::string mac_;
    const std::string cluster_;
    std::string home_;
    KeptList itl_;
    KeptList ctl_;
    std::set<std::string> seen_;
    ElementPtr rows_ = Element::createList();
    std::size_t bad_ = 0;
};

ConstElementPtr check(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-check", arguments, {"phone", "cluster-id"});
    const auto mac = given.mac("phone");
    const auto cluster = given.text("cluster-id");
    if (mac.has_value() == cluster.has_value()) {
        throw ArgumentError("tftp-trust-check needs \"phone\" or \"cluster-id\", and not both");
    }
    if (mac) {
        return Check(targets, *mac, "").answer();
    }
    for (const auto& one : targets.config()->clusters) {
        if (same_letters(one.id, *cluster)) {
            return Check(targets, "", one.id).answer();
        }
    }
    return createAnswer(empty, "No cluster of that name is configured.");
}

}  // namespace

CommandList trust_check_command(const CommandTargets& targets) {
    return {{"tftp-trust-check", [&targets](const ConstElementPtr& arguments) { return check(targets, arguments); }}};
}

}  // namespace branchline
