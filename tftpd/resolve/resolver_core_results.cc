// What comes of a search: the answer and its line in the log, and what is kept of it for those who ask next.
#include "tftpd/resolve/resolver_core.h"

#include "tftpd/log/log.h"
#include "tftpd/store/device_names.h"
#include "resolve_messages.h"

#include <algorithm>

namespace branchline {

void ResolverCore::on_ended(NameJob& job, const NameJob::Result& result) {
    forget_what_is_gone(job, result);
    if (result.winner) {
        keep(job, result);
        look_for_rivals(job, result);
    } else if (result.verdict == Search::Verdict::nowhere || result.verdict == Search::Verdict::nowhere_for_now) {
        keep_absence(job, result);
    }
    finish(job, answer_of(job, result));
}

Answer ResolverCore::answer_of(const NameJob& job, const NameJob::Result& result) {
    const auto name = escaped(job.name().text());
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(environment_->now() - job.started()).count();
    if (result.winner) {
        const auto& cluster = job.config()->clusters[*result.winner];
        if (may_log()) {
            LOG_INFO(upstream_logger, RESOLVE_FETCHED).arg(name).arg(cluster.id).arg(result.content->length()).arg(ms);
        }
        return {Answer::Kind::content, result.small ? result.small : ContentPtr(result.content), "cluster:" + cluster.id, ""};
    }
    if (result.cut_off) {
        LOG_WARN(upstream_logger, RESOLVE_CUT_OFF).arg(name).arg(result.reasons);
        return unavailable_answer("cut off");
    }
    switch (result.verdict) {
        case Search::Verdict::nowhere:
        case Search::Verdict::nowhere_for_now:
            if (may_log()) {
                LOG_INFO(upstream_logger, RESOLVE_NOT_FOUND)
                    .arg(name)
                    .arg(result.said_not_found.size())
                    .arg(job.config()->clusters.size())
                    .arg(ms);
            }
            return {Answer::Kind::not_found, nullptr, "",
                    "no cluster has it" + (result.reasons.empty() ? "" : " (" + result.reasons + ")")};
        case Search::Verdict::stale:
            if (may_log()) {
                LOG_WARN(upstream_logger, RESOLVE_STALE).arg(name).arg(job.last_copy()->cluster).arg(result.reasons);
            }
            return stale_answer(*job.last_copy());
        case Search::Verdict::unavailable:
            break;
    }
    if (!result.refused.empty()) {
        return {Answer::Kind::refused, nullptr, "secure", result.reasons, result.refused};
    }
    // A phone whose configuration we have has booted before, without this list: it must be able to do so again.
    if (job.name().kind() == FileName::Kind::trust_list && has_configuration(job.key)) {
        if (may_log()) {
            LOG_INFO(upstream_logger, RESOLVE_TRUST_LIST_ABSENT).arg(name).arg(result.reasons);
        }
        return {Answer::Kind::not_found, nullptr, "", "not here, and no cluster can be reached"};
    }
    if (may_log()) {
        LOG_WARN(upstream_logger, RESOLVE_UNAVAILABLE).arg(name).arg(result.reasons);
    }
    return unavailable_answer(result.reasons);
}

// What its own cluster does not have any more is not a good copy, however unreachable that gets later.
void ResolverCore::forget_what_is_gone(const NameJob& job, const NameJob::Result& result) {
    for (const auto number : result.said_not_found) {
        const auto& cluster = job.config()->clusters[number].id;
        cache_->erase(job.name(), cluster);
        if (owners_.find(job.key, environment_->now()) == cluster) {
            owners_.erase(job.key);
        }
    }
}

void ResolverCore::keep_absence(const NameJob& job, const NameJob::Result& result) {
    auto lifetime = job.config()->cache.negative_lifetime;
    if (result.verdict == Search::Verdict::nowhere_for_now) {
        lifetime = std::min(lifetime, doubtful_negative_lifetime);
    }
    if (job.name().names_device() && job.name().kind() == FileName::Kind::device_config) {
        lifetime = std::min(lifetime, absent_configuration_lifetime);
    }
    if (job.epoch == flushes_ && job.remember_absence) {
        negative_->put(job.key, environment_->now() + lifetime);
    }
}

void ResolverCore::keep(const NameJob& job, const NameJob::Result& result) {
    const auto& cluster = job.config()->clusters[*result.winner];
    if (job.epoch != flushes_ || !is_configured(cluster.id)) {
        return;  // flushed or taken out while it was fetched
    }
    negative_->erase(job.key);
    // A phone of which one file is found has been set up: its others may be there now, too. Not while it boots and all of them
    // have just been asked for.
    const auto device = device_of_key(job.name().key());
    const auto* booted = prefetched_.find(device);
    if (booted == nullptr || environment_->now() - *booted >= one_boot) {
        for (const auto& key : keys_of_device(device)) {
            negative_->erase(key);
        }
    }
    if (result.new_owner) {
        owners_.put(job.key, cluster.id, environment_->now() + config_->cache.valid_lifetime);
    }
    if (result.small) {
        cache_->put(job.name(), cluster.id, std::static_pointer_cast<const MemoryContent>(result.small));
    } else {
        cache_->put(job.name(), cluster.id, std::shared_ptr<const GrowingContent>(result.content));
    }
}

// Asks the clusters that have not said no. Only while there is room: it serves no phone now.
void ResolverCore::look_for_rivals(const NameJob& job, const NameJob::Result& result) {
    const auto& key = job.name().key();
    const auto now = environment_->now();
    if (job.config() != config_ || !job.name().names_device() || job.name().kind() != FileName::Kind::device_config) {
        return;
    }
    rivals_.forget(key, result.said_not_found, *config_);
    const auto* not_before = rivals_looked_for_.find(key);
    if ((not_before != nullptr && now < *not_before) || !queue_.is_roomy(now)) {
        return;
    }
    rivals_looked_for_.put(key, now + rival_interval);
    auto left_out = result.said_not_found;
    left_out.push_back(*result.winner);
    queue_.count(rivals_.look(job.name(), *config_, *result.winner, left_out));
}

// The one listed first has the right to the name: if that is the other one, the next question is asked of all.
void ResolverCore::on_rival(const Rival& rival) {
    if (may_log()) {
        LOG_WARN(upstream_logger, RESOLVE_TWO_HOMES).arg(escaped(rival.name)).arg(rival.owner).arg(rival.other);
    }
    const auto place = [this](const std::string& id) {
        return std::find_if(config_->clusters.begin(), config_->clusters.end(),
                            [&](const Cluster& one) { return one.id == id; });
    };
    const auto key = to_key(rival.name);
    if (place(rival.other) < place(rival.owner) && owners_.find(key, environment_->now()) == rival.owner) {
        owners_.erase(key);
        cache_->outdate(key);
    }
}

bool ResolverCore::has_configuration(const std::string& key) const {
    const auto keys = configuration_keys_of_device(device_of_key(key));
    return config_->cache.serve_stale &&
           std::any_of(keys.begin(), keys.end(), [this](const std::string& one) { return cache_->contains(one); });
}

}  // namespace branchline
