// What the resolver knows, for commands.
#include "tftpd/resolve/resolver_impl.h"

#include "tftpd/resolve/signed_names.h"

#include <algorithm>
#include <future>
#include <thread>

namespace branchline {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds refresh_step{20};  // between two looks whether the DNS has answered
constexpr std::chrono::seconds look_patience{2};       // for the disk, when a command looks into the cache

/// "00:11:22:AA:BB:CC" and its like as a key carries it.
std::string mac_key(const std::string& text) {
    auto key = to_key(text);
    std::erase_if(key, [](char c) { return c == ':' || c == '-' || c == '.'; });
    return key;
}

std::string_view transport_name(const std::optional<Transport>& works) {
    return !works ? "unknown" : *works == Transport::tftp ? "tftp" : *works == Transport::https ? "https" : "http";
}

}  // namespace

std::optional<Resolver::AtHand> Resolver::at_hand(const std::string& text) {
    const auto view = impl_->view();
    const auto name = FileName::parse(text);
    if (!name) {
        return std::nullopt;
    }
    if (auto file = view.files->open(*name)) {
        return AtHand{*std::move(file), "files"};
    }
    if (auto list = impl_->lists.answer(*name, {}, *view.files, *view.config)) {
        return AtHand{std::move(list), "own-list"};
    }
    if (const auto plain = plain_name(*name)) {
        if (auto file = view.files->open(*plain)) {
            return AtHand{*std::move(file), "signed"};
        }
    }
    auto found = std::make_shared<std::promise<std::optional<FileCache::Found>>>();
    auto copy = found->get_future();
    view.cache->lookup(*name, [found](std::optional<FileCache::Found> one) { found->set_value(std::move(one)); });
    if (copy.wait_for(look_patience) != std::future_status::ready) {
        return std::nullopt;
    }
    auto kept = copy.get();
    return kept ? std::optional(AtHand{std::move(kept->content), "cache:" + kept->cluster}) : std::nullopt;
}

std::shared_ptr<const trust::Signer> Resolver::signer() {
    const auto signing = impl_->view().signer;
    return signing ? signing->signer() : nullptr;
}

std::string Resolver::signer_fault() {
    const auto signing = impl_->view().signer;
    return signing ? signing->fault() : "no directory for keys is configured";
}

bool Resolver::hold(const std::string& name, std::chrono::seconds time) {
    const auto safe = FileName::parse(name);
    return safe && impl_->view().cache->hold(safe->key(), time);
}

void Resolver::outdate(const std::string& name) {
    if (const auto safe = FileName::parse(name)) {
        impl_->view().cache->outdate(safe->key());
    }
}

std::vector<ClusterStatus> Resolver::cluster_status() {
    const auto config = impl_->view().config;
    return impl_->thread.run([&] {
        std::vector<ClusterStatus> clusters;
        const auto now = Clock::now();
        for (const auto& cluster : config->clusters) {
            ClusterStatus status;
            status.id = cluster.id;
            status.cluster = cluster;
            status.traffic = impl_->traffic.of(cluster.id);
            for (const auto& server : cluster.servers) {
                ServerStatus one;
                one.server = server;
                const auto health = impl_->health.find(server).value_or(ServerHealth{});
                one.up = health.up;
                one.transport = transport_name(health.works);
                one.failures = health.failures;
                one.last_error = health.last_error;
                if (health.last_answer) {
                    one.since_last_answer = std::chrono::duration_cast<std::chrono::seconds>(now - *health.last_answer);
                }
                if (const auto asked = impl_->loops.when(server.address, now)) {
                    one.since_it_asked_us = std::chrono::duration_cast<std::chrono::seconds>(now - *asked);
                }
                status.servers.push_back(std::move(one));
            }
            clusters.push_back(std::move(status));
        }
        for (auto& discovered : impl_->discovery->status()) {
            for (auto& status : clusters) {
                if (status.id == discovered.id) {
                    status.discovery = std::move(discovered);
                    break;
                }
            }
        }
        return clusters;
    });
}

std::size_t Resolver::refresh_clusters(const std::string& id, std::chrono::milliseconds patience) {
    const auto count = impl_->thread.run([&] { return impl_->discovery->refresh(id); });
    const auto until = Clock::now() + patience;
    while (count > 0 && Clock::now() < until && impl_->thread.run([&] { return impl_->discovery->busy(); })) {
        std::this_thread::sleep_for(refresh_step);
    }
    return count;
}

std::vector<Rival> Resolver::rivals() {
    return impl_->thread.run([&] { return impl_->core->rivals(); });
}

std::vector<CacheEntry> Resolver::cache_entries() {
    std::vector<CacheEntry> entries;
    for (auto& copy : impl_->view().cache->list()) {
        entries.push_back({std::move(copy.name), std::move(copy.cluster), copy.size, copy.age, copy.fresh});
    }
    return entries;
}

CacheTotals Resolver::cache_totals() {
    const auto totals = impl_->view().cache->totals();
    return {totals.files, totals.bytes};
}

unsigned Resolver::beat() {
    return impl_->pulse.beat([this](std::function<void()> work) { asio::post(impl_->thread.io(), std::move(work)); });
}

std::size_t Resolver::flush(const FlushSelection& selection) {
    const auto start = selection.name.find_first_not_of('/');
    const auto name = start == std::string::npos ? std::string() : to_key(selection.name.substr(start));
    const auto phone = mac_key(selection.phone);
    const auto named = [&](const std::string& key) {
        return (selection.name.empty() || key == name) && (phone.empty() || key.find(phone) != std::string::npos);
    };
    const auto matches = [&](const std::string& key, const std::string& cluster) {
        return named(key) && (selection.cluster.empty() || cluster == selection.cluster);
    };
    // First what is being fetched, so that it does not come into the cache after it was flushed.
    impl_->thread.run([&] { impl_->core->flush(matches); });
    auto flushed = impl_->view().cache->erase_if(matches);
    if (selection.cluster.empty()) {
        flushed += impl_->negative->erase_if(named);
    }
    return flushed;
}

}  // namespace branchline
