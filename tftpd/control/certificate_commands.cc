// tftp-trust-import, -list and -del: the stores of others' certificates (trust/certificate_stores.h); tftp-trust-https: our own
// for TLS.
#include "tftpd/base/letters.h"
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/certificate_element.h"
#include "tftpd/control/command_list.h"
#include "tftpd/log/log.h"
#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/wall_clock.h"

#include "control_messages.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using trust::CertificateStores;
using trust::Store;
using trust::StoredCertificate;

constexpr std::size_t longest_cluster_id = 255;  // characters; more than any configured one has

std::optional<Store> store_of(const Arguments& given, const std::string& command) {
    const auto name = given.text("store");
    if (!name) {
        return std::nullopt;
    }
    const auto store = trust::store_of(*name);
    if (!store) {
        std::string known;
        for (const auto one : trust::store_names) {
            known += (known.empty() ? "" : ", ") + std::string(one);
        }
        throw ArgumentError(command + ": no store is called \"" + escaped(*name, 32) + "\"; the stores are " + known);
    }
    return store;
}

ElementPtr element_of(Store store, const StoredCertificate& one) {
    auto element = certificate_element(one.certificate, trust::wall_now());
    element->set("store", Element::create(std::string(trust::name_of(store))));
    element->set("cluster-id", Element::create(one.cluster));
    if (one.imported) {
        element->set("imported", Element::create(trust::time_text(*one.imported)));
    }
    return element;
}

ElementPtr list_of(const std::vector<ElementPtr>& elements) {
    auto list = Element::createList();
    for (const auto& one : elements) {
        list->add(one);
    }
    auto arguments = Element::createMap();
    arguments->set("count", number(elements.size()));
    arguments->set("certificates", list);
    return arguments;
}

std::string file_of(const Arguments& given) {
    auto data = given.data("data", trust::Certificate::max_bundle);
    auto pem = given.text("pem");
    if (!!data == !!pem) {
        throw ArgumentError(
            "tftp-trust-import needs \"pem\" (the text of a PEM file) or \"data\" (a PEM or DER file in base64), and not both");
    }
    return pem ? *std::move(pem) : *std::move(data);
}

bool is_configured(const CommandTargets& targets, const std::string& cluster) {
    const auto config = targets.config();
    const auto is_it = [&](const Cluster& one) { return same_letters(one.id, cluster); };
    return std::any_of(config->clusters.begin(), config->clusters.end(), is_it) ||
           std::any_of(config->discovery.clusters.begin(), config->discovery.clusters.end(), is_it);
}

ConstElementPtr import(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-import", arguments, {"store", "cluster-id", "pem", "data"});
    const auto name = given.needed_text("store");
    const auto store = *store_of(given, "tftp-trust-import");
    const auto cluster = given.text("cluster-id").value_or("");
    if (cluster.size() > longest_cluster_id ||
        !std::all_of(cluster.begin(), cluster.end(), [](unsigned char letter) { return letter > ' ' && letter < 127; })) {
        throw ArgumentError("tftp-trust-import: \"cluster-id\" must be the name of a cluster");
    }
    const auto file = file_of(given);
    const auto imported = targets.certificates->import(store, cluster, as_bytes(file), trust::wall_now());
    if (!imported) {
        throw ArgumentError("tftp-trust-import: " + imported.error().text);
    }
    std::vector<ElementPtr> added;
    std::size_t ended = 0;
    for (const auto& one : imported->added) {
        LOG_INFO(app_logger, TRUST_IMPORTED)
            .arg(name)
            .arg(cluster.empty() ? "-" : cluster)
            .arg(escaped(one.certificate.subject))
            .arg(one.fingerprint);
        added.push_back(element_of(store, one));
        ended += one.certificate.not_after < trust::wall_now() ? 1 : 0;
    }
    auto text = counted(added.size(), "certificate", "certificates") + " taken into " + name +
                (cluster.empty() ? "" : " for cluster " + cluster) + ".";
    if (imported->already_there != 0) {
        text += ' ' + std::to_string(imported->already_there) + (imported->already_there == 1 ? " was" : " were") +
                " there already.";
    }
    if (ended != 0) {
        text += ' ' + std::to_string(ended) + " of them " + (ended == 1 ? "has" : "have") + " expired.";
    }
    if (!cluster.empty() && !is_configured(targets, cluster)) {
        text += " No cluster of that name is configured now.";
    }
    auto answered = list_of(added);
    answered->set("already-there", number(imported->already_there));
    return createAnswer(success, text, answered);
}

ConstElementPtr list(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-list", arguments, {"store", "cluster-id"});
    const auto wanted = store_of(given, "tftp-trust-list");
    const auto cluster = given.text("cluster-id");
    const auto stored = targets.certificates->snapshot();
    std::vector<ElementPtr> found;
    auto faults = Element::createMap();
    for (const auto store : trust::all_stores) {
        if (wanted.value_or(store) != store) {
            continue;
        }
        for (const auto& one : stored->in(store)) {
            if (!cluster || same_letters(one.cluster, *cluster)) {
                found.push_back(element_of(store, one));
            }
        }
        if (const auto& fault = stored->faults[static_cast<std::size_t>(store)]; !fault.empty()) {
            faults->set(std::string(trust::name_of(store)), Element::create(fault));
        }
    }
    auto answered = list_of(found);
    answered->set("unreadable", faults);
    auto text = counted(found.size(), "certificate", "certificates") + '.';
    for (const auto& [name, fault] : faults->mapValue()) {
        text += " The store " + name + " cannot be read: " + fault->stringValue() + '.';
    }
    return createAnswer(found.empty() && faults->size() == 0 ? empty : success, text, answered);
}

ConstElementPtr remove(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-del", arguments, {"fingerprint", "store", "cluster-id"});
    CertificateStores::Selection selection;
    selection.fingerprint = given.needed_text("fingerprint");
    selection.store = store_of(given, "tftp-trust-del");
    selection.cluster = given.text("cluster-id");
    const auto removed = targets.certificates->remove(selection);
    if (!removed) {
        throw ArgumentError("tftp-trust-del: " + removed.error().text);
    }
    for (const auto& one : *removed) {
        LOG_INFO(app_logger, TRUST_DELETED)
            .arg(one.cluster.empty() ? "-" : one.cluster)
            .arg(escaped(one.certificate.subject))
            .arg(one.fingerprint);
    }
    auto answered = Element::createMap();
    answered->set("deleted", number(removed->size()));
    return removed->empty() ? createAnswer(empty, "No certificate with that fingerprint is there.", answered)
                            : createAnswer(success,
                                           counted(removed->size(), "entry", "entries") +
                                               " deleted: " + shown_name(removed->front().certificate.subject) + '.',
                                           answered);
}

// Everything of them but the key.
ConstElementPtr show_identity(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-trust-https", arguments, {});
    const auto identity = targets.identity ? targets.identity() : nullptr;
    std::vector<ElementPtr> shown;
    for (const auto& one : identity ? *identity : tls::Identity()) {
        auto element = certificate_element(one.certificate(), trust::wall_now());
        element->set("file", Element::create(one.file.string()));
        element->set("fingerprint-sha1",
                     Element::create(trust::hex(trust::hash(trust::Digest::sha1, {one.certificate().der}))));
        std::string pem;
        for (const auto& certificate : one.chain) {
            pem += certificate.pem();
        }
        element->set("pem", Element::create(pem));
        shown.push_back(element);
    }
    return shown.empty() ? createAnswer(empty, "There is no certificate for TLS; the log says why (APP_NO_HTTPS_IDENTITY).")
                         : createAnswer(success, counted(shown.size(), "certificate", "certificates") + '.', list_of(shown));
}

}  // namespace

CommandList certificate_commands(const CommandTargets& targets) {
    return {
        {"tftp-trust-import", [&targets](const ConstElementPtr& arguments) { return import(targets, arguments); }},
        {"tftp-trust-list", [&targets](const ConstElementPtr& arguments) { return list(targets, arguments); }},
        {"tftp-trust-del", [&targets](const ConstElementPtr& arguments) { return remove(targets, arguments); }},
        {"tftp-trust-https", [&targets](const ConstElementPtr& arguments) { return show_identity(targets, arguments); }},
    };
}

}  // namespace branchline
