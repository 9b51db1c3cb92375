// How a question is answered; the rule set is docs/protocol.md's.
#include "tftpd/resolve/resolver_impl.h"

#include "tftpd/base/counters.h"
#include "tftpd/base/glob.h"
#include "tftpd/log/log.h"
#include "tftpd/phones/lease_table.h"
#include "tftpd/resolve/signed_names.h"
#include "tftpd/store/device_names.h"
#include "tftpd/upstream/probe_name.h"
#include "resolve_messages.h"

#include <algorithm>

namespace branchline {

namespace asio = boost::asio;

namespace {

trust::Digest digest_of(SignatureAlgorithm algorithm) {
    return algorithm == SignatureAlgorithm::sha512 ? trust::Digest::sha512 : trust::Digest::sha1;
}

}  // namespace

// What is not for this asker. A configured server asks for all of its phones, and is answered from here alone; without an
// address it is ourselves, fetching beforehand.
std::optional<Answer> Resolver::Impl::refusal(const FileName& name, const Question& question, const Config& config) {
    if (!name.names_device() || question.asked_by.is_unspecified() || config.is_remote_server(question.asked_by)) {
        return std::nullopt;
    }
    // The binding first: names that it refuses take none of the places that the limit has.
    auto answer = bound(name, question.asked_by, config);
    return answer ? answer : limited(name, question.asked_by, config);
}

std::optional<Answer> Resolver::Impl::bound(const FileName& name, const IpAddress& asked_by, const Config& config) {
    const bool enforce = config.device_binding == DeviceBinding::enforce;
    if (config.device_binding == DeviceBinding::off || (!enforce && !binding.knows_leases())) {
        return std::nullopt;
    }
    const auto ruling = binding.judge(asked_by, name.key(), config.binding_allowed, Clock::now());
    if (!ruling.foreign) {
        return std::nullopt;
    }
    counters.add(enforce ? Counter::binding_refused : Counter::binding_foreign);
    const auto address = unmapped(asked_by).to_string();
    const auto holder = ruling.leased_to.empty() ? "nobody-known" : ruling.leased_to;
    if (ruling.first) {
        if (enforce) {
            LOG_WARN(upstream_logger, RESOLVE_BINDING_REFUSED).arg(address).arg(holder).arg(escaped(name.text()));
        } else {
            LOG_WARN(upstream_logger, RESOLVE_BINDING_FOREIGN).arg(address).arg(holder).arg(escaped(name.text()));
        }
    }
    if (!enforce) {
        return std::nullopt;
    }
    return Answer{
        Answer::Kind::refused, nullptr, "binding",
        address + (ruling.leased_to.empty() ? " has no lease that is known here" : " is leased to " + ruling.leased_to)};
}

std::optional<Answer> Resolver::Impl::limited(const FileName& name, const IpAddress& asked_by, const Config& config) {
    const auto most = config.limits.device_names_per_client;
    const auto device = device_of_key(name.key());
    const bool own = is_name_of(name.key(), lease_holder(asked_by));
    const auto ruling = device_names.ask(asked_by, device, own, most, Clock::now());
    if (!ruling.refused) {
        return std::nullopt;
    }
    counters.add(Counter::device_names_refused);
    if (ruling.begins) {
        counters.add(Counter::device_sweeps);
    }
    const auto client = to_text(ruling.client);
    if (ruling.tell) {
        LOG_WARN(upstream_logger, RESOLVE_DEVICE_SWEEP).arg(client).arg(ruling.most).arg(escaped(name.text()));
    }
    if (ruling.client.is_one_address()) {
        return Answer{Answer::Kind::not_found, nullptr, "limit", "device-names-per-client"};
    }
    // A phone may ask this in good faith, and would take "not found" for an answer.
    return Answer{Answer::Kind::refused, nullptr, "limit",
                  client + " has asked for the files of " + std::to_string(ruling.most) + " devices within ten minutes"};
}

void Resolver::resolve(const Question& question, std::function<void(Answer)> done) {
    const auto name = FileName::parse(question.name);
    if (!name) {
        return done({Answer::Kind::refused, nullptr, "", name.error().text});
    }
    if (name->key() == probe_name) {
        return done({Answer::Kind::not_found, nullptr, std::string(probe_source), "alive"});
    }
    const auto view = impl_->view();
    if (auto refusal = impl_->refusal(*name, question, *view.config)) {
        return done(*std::move(refusal));
    }
    if (view.config->common_from_home && name->names_device()) {
        done = impl_->learning(*name, question, std::move(done));
    }
    if (const auto home = impl_->home_for(*name, question, *view.config)) {
        return impl_->ask_home(view, *name, question, *home, std::move(done));
    }
    impl_->answer_here(view, *name, question, std::move(done));
}

std::string Resolver::Impl::lease_holder(const IpAddress& address) const {
    return leases.device_with(address, Clock::now());
}

// Is it one of "common-files", with its signature or without?
bool Resolver::Impl::is_common(const FileName& name, const Config& config) {
    const auto plain = plain_name(name);
    const auto& key = plain ? plain->key() : name.key();
    return std::any_of(config.common_files.begin(), config.common_files.end(),
                       [&](const std::string& pattern) { return fits_glob(to_key(pattern), key); });
}

// The cluster whose file alone is right for this phone ("common-from-home"). Firmware is the same everywhere, and what is meant
// to be local comes from here.
std::optional<std::string> Resolver::Impl::home_for(const FileName& name, const Question& question, const Config& config) {
    if (!config.common_from_home || name.kind() != FileName::Kind::common || is_firmware(name) || question.marked_proxy ||
        question.asked_by.is_unspecified() || config.is_remote_server(question.asked_by) || is_common(name, config)) {
        return std::nullopt;
    }
    return homes.home_of(lease_holder(question.asked_by), question.asked_by);
}

// Where a phone's own files come from is its home.
std::function<void(Answer)> Resolver::Impl::learning(const FileName& name, const Question& question,
                                                     std::function<void(Answer)> done) {
    return [this, mac = device_of_key(name.key()), from = question.asked_by, done = std::move(done)](Answer answer) {
        const auto colon = answer.source.find(':');
        if (answer.kind == Answer::Kind::content && !from.is_unspecified()) {
            homes.learn(mac, from, colon == std::string::npos ? "" : answer.source.substr(colon + 1));
        }
        done(std::move(answer));
    };
}

// Home's file, or, if it has none or cannot be reached, what everybody gets.
void Resolver::Impl::ask_home(const View& view, const FileName& name, const Question& question, const std::string& home,
                              std::function<void(Answer)> done) {
    if (auto copy = view.cache->fresh_in_memory(name);
        copy && copy->cluster == home && may_be_used(*gate, *view.config, name, *copy)) {
        counters.add(Counter::answers_cache);
        return done({Answer::Kind::content, std::move(copy->content), "cache:" + copy->cluster, ""});
    }
    auto asked = [this, name, question, done = std::move(done)](Answer answer) {
        if (answer.kind == Answer::Kind::content) {
            return done(std::move(answer));
        }
        answer_here(this->view(), name, question, done);
    };
    asio::post(thread.io(), [to = core.get(), name, home, asked = std::move(asked)]() mutable {
        to->ask(name, false, std::move(asked), home);
    });
}

void Resolver::Impl::answer_here(const View& view, const FileName& name, const Question& question,
                                 std::function<void(Answer)> done) {
    auto file = view.files->open(name);
    if (file) {
        counters.add(Counter::answers_files);
        return done({Answer::Kind::content, *std::move(file), "files", ""});
    }
    switch (file.error()) {
        case FileStore::Miss::not_found:
            break;
        case FileStore::Miss::refused:
            return done({Answer::Kind::refused, nullptr, "files", "a link or a device is in the way"});
        case FileStore::Miss::failed:
            // Not another cluster's file instead of our own: the phone asks again.
            return done({Answer::Kind::unavailable, nullptr, "files", "our own file cannot be read"});
    }
    if (auto list = lists.answer(name, question.asked_by, *view.files, *view.config)) {
        counters.add(Counter::answers_lists);
        return done({Answer::Kind::content, std::move(list), "own-list", ""});
    }
    if (!answer_by_signer(view, name, question, done)) {
        ask_others(view, name, question, std::move(done));
    }
}

// An own file that is not there in the form that was asked for, but in the other: "x.sgn" of "x", or "x" of "x.sgn". False if
// neither is there. If it cannot be made of it, others are asked, as if it were not here.
bool Resolver::Impl::answer_by_signer(const View& view, const FileName& name, const Question& question,
                                      std::function<void(Answer)>& done) {
    const auto plain = view.signer ? plain_name(name) : std::nullopt;
    const auto enveloped = view.signer ? signed_name(name) : std::nullopt;
    if (!plain && !enveloped) {
        return false;
    }
    auto other = view.files->open(plain ? *plain : *enveloped);
    if (!other) {
        return false;
    }
    auto rest = view;
    rest.signer = nullptr;  // what waits in the signer must not keep it alive: it would end on its own thread
    auto made = [this, rest, name, question, signing = plain.has_value(), done](const Result<ContentPtr>& file) {
        if (!file) {
            return ask_others(rest, name, question, done);
        }
        counters.add(signing ? Counter::answers_signed : Counter::answers_stripped);
        done({Answer::Kind::content, *file, signing ? "signed" : "stripped", ""});
    };
    if (plain) {
        view.signer->sign(name, *std::move(other), digest_of(view.config->signature_algorithm), std::move(made));
    } else {
        view.signer->strip(name, *std::move(other), std::move(made));
    }
    return true;
}

void Resolver::Impl::ask_others(const View& view, const FileName& name, const Question& question,
                                std::function<void(Answer)> done) {
    const bool loop = question.marked_proxy || view.config->is_remote_server(question.asked_by);
    auto copy = view.cache->fresh_in_memory(name);
    if (copy && !may_be_used(*gate, *view.config, name, *copy)) {
        copy.reset();
    }
    if (copy) {
        counters.add(Counter::answers_cache);
        return done({Answer::Kind::content, std::move(copy->content), "cache:" + copy->cluster, ""});
    }
    if (loop) {
        counters.add(Counter::answers_loop);
        if (loops.asked(question.asked_by, Clock::now()) && loop_log.pass()) {
            LOG_WARN(upstream_logger, RESOLVE_LOOP).arg(question.asked_by.to_string()).arg(escaped(name.text()));
        }
    } else if (view.config->clusters.empty()) {
        return done({Answer::Kind::not_found, nullptr, "", "not here, and there are no remote clusters"});
    } else if (negative->contains(name.key(), Clock::now())) {
        counters.add(Counter::answers_negative);
        return done({Answer::Kind::not_found, nullptr, "negative", "not found shortly before"});
    }
    asio::post(thread.io(),
               [to = core.get(), name, loop, done = std::move(done)]() mutable { to->ask(name, loop, std::move(done)); });
}
}  // namespace branchline
