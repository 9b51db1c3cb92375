#include "tftpd/control/exchange_content.h"

#include "tftpd/base/host_name.h"
#include "tftpd/base/letters.h"
#include "tftpd/control/answers.h"
#include "tftpd/control/cluster_edit.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/signer.h"
#include "tftpd/trust/wall_clock.h"

#include "control_messages.h"

#include <algorithm>

namespace branchline {
namespace {

using exchange::Offer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using trust::Certificate;
using trust::Store;

/// What is handed over, each certificate once a store.
class Collection {
public:
    explicit Collection(Offer& offer) : offer_(offer) {}

    void add(Store store, const Certificate& certificate) {
        auto& there = offer_.certificates[static_cast<std::size_t>(store)];
        if (std::none_of(there.begin(), there.end(), [&](const Certificate& one) { return one.der == certificate.der; })) {
            there.push_back(certificate);
            ++count_;
        }
    }
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    Offer& offer_;
    std::size_t count_ = 0;
};

// The host's name as far as a cluster can have it.
std::string own_name() {
    std::string name;
    for (const char letter : host_name()) {
        if (name.size() < exchange::max_name && exchange::is_name({&letter, 1})) {
            name.push_back(letter);
        }
    }
    return name.empty() ? "branchline" : name;
}

std::string name_of(const ExchangePartner& partner) {
    return partner.name.empty() ? partner.offer.name : partner.name;
}

bool is_server_of(const Cluster& cluster, const ExchangePartner& partner) {
    return std::any_of(cluster.servers.begin(), cluster.servers.end(),
                       [&](const RemoteServer& one) { return unmapped(one.address) == partner.address; });
}

ConstElementPtr cluster_map(const ExchangePartner& partner) {
    auto server = Element::createMap();
    server->set("address", Element::create(partner.address.to_string()));
    server->set("port", number(partner.offer.tftp_port));
    if (partner.offer.http_port != 0) {
        server->set("http-port", number(partner.offer.http_port));
    }
    auto servers = Element::createList();
    servers->add(server);
    auto map = Element::createMap();
    map->set("cluster-id", Element::create(name_of(partner)));
    map->set("tftp-servers", servers);
    map->set("transport", Element::create(std::string(partner.offer.http_port == 0 ? "tftp" : "auto")));
    return map;
}

// The configuration with the other box as a cluster; null if it is one already.
Result<ConstElementPtr> with_cluster(const CommandTargets& targets, const ExchangePartner& partner) {
    const auto name = name_of(partner);
    const auto config = targets.config();
    for (const auto& one : config->clusters) {
        const bool has_server = is_server_of(one, partner);
        if (same_letters(one.id, name)) {
            return has_server ? Result<ConstElementPtr>(ConstElementPtr())
                              : Failure{"a cluster " + name + " is configured here, and " + partner.address.to_string() +
                                        " is not its server; give this one another name with --cluster"};
        }
        if (has_server) {
            return Failure{partner.address.to_string() + " is a server of the cluster " + one.id + " here; say --cluster " +
                           one.id + ", if that is meant"};
        }
    }
    return ConstElementPtr(with_cluster_added(targets.config_document(), cluster_map(partner)));
}

// A configuration that is refused is a value here: it came from elsewhere.
template <typename Work>
Result<bool> allowed(const Work& work) {
    try {
        work();
        return true;
    } catch (const std::exception& error) {
        std::string text = error.what();
        return Failure{text.ends_with('.') ? text.substr(0, text.size() - 1) : text};
    }
}

}  // namespace

Result<Offer> own_offer(const CommandTargets& targets) {
    const auto signer = targets.resolver->signer();
    if (!signer) {
        return Failure{"there is no signing certificate to hand over: " + targets.resolver->signer_fault()};
    }
    const auto config = targets.config();
    const auto stored = targets.certificates->snapshot();
    Offer offer{.name = own_name(), .tftp_port = config->tftp_port, .http_port = config->http_port, .certificates = {}};
    Collection collection(offer);
    const auto add_signer = [&](const Certificate& one) {
        collection.add(Store::callmanager, one);
        collection.add(Store::phone_sast, one);
    };
    add_signer(signer->certificate());
    for (const auto& one : config->tvs_port == 0 ? tls::Identity() : *targets.identity()) {
        collection.add(Store::tvs, one.certificate());
    }
    for (const auto store : {Store::phone_sast, Store::tvs, Store::capf, Store::phone_edge}) {
        for (const auto& one : stored->in(store)) {
            if (one.cluster.empty()) {
                store == Store::phone_sast ? add_signer(one.certificate) : collection.add(store, one.certificate);
            }
        }
    }
    const auto size = exchange::bytes_of({.kind = exchange::Kind::offer, .offer = offer}).size();
    if (collection.count() > exchange::max_certificates || size > exchange::max_length) {
        return Failure{"this site has " + std::to_string(collection.count()) + " certificates to hand over, of " +
                       std::to_string(size) + " bytes; at most " + std::to_string(exchange::max_certificates) + " of " +
                       std::to_string(exchange::max_length) + " bytes fit. Delete those that nobody needs"};
    }
    return offer;
}

Result<bool> could_take(const CommandTargets& targets, const ExchangePartner& partner) {
    const auto document = with_cluster(targets, partner);
    if (!document) {
        return document.error();
    }
    if (*document) {
        if (auto good = allowed([&] { targets.test_config(*document); }); !good) {
            return good;
        }
    }
    return targets.certificates->could_take(partner.offer.certificates, name_of(partner));
}

Result<std::string> take(const CommandTargets& targets, const ExchangePartner& partner) {
    const auto name = name_of(partner);
    const auto before = targets.config_document();
    const auto document = with_cluster(targets, partner);
    if (!document) {
        return document.error();
    }
    if (*document) {
        if (const auto set = allowed([&] { targets.set_config(*document); }); !set) {
            return set.error();
        }
    }
    const auto taken = targets.certificates->take(partner.offer.certificates, name, trust::wall_now());
    if (!taken) {
        static_cast<void>(*document ? allowed([&] { targets.set_config(before); }) : Result<bool>(true));
        return taken.error();
    }
    std::size_t added = 0;
    std::size_t already_there = 0;
    for (const auto store : trust::all_stores) {
        const auto& of_store = (*taken)[static_cast<std::size_t>(store)];
        for (const auto& one : of_store.added) {
            LOG_INFO(app_logger, TRUST_IMPORTED)
                .arg(std::string(trust::name_of(store)))
                .arg(name)
                .arg(escaped(one.certificate.subject))
                .arg(one.fingerprint);
        }
        added += of_store.added.size();
        already_there += of_store.already_there;
    }
    return "Cluster " + name + " (" + partner.address.to_string() + ')' +
           (*document ? " added; config-write makes it survive a restart. " : " was there already. ") +
           counted(added, "certificate", "certificates") + " taken, " + std::to_string(already_there) +
           " there already. The two boxes have each other as a cluster now: what one asks, the other answers from its own "
           "files "
           "and its cache alone.";
}

}  // namespace branchline
