#include "tftpd/resolve/file_signer.h"

#include "tftpd/store/background_thread.h"
#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/store/log_limit.h"
#include "tftpd/store/lru_map.h"
#include "tftpd/trust/remote_signer.h"
#include "tftpd/trust/signed_file.h"
#include "tftpd/trust/wall_clock.h"
#include "tftpd/base/host_name.h"
#include "resolve_messages.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace branchline {
namespace {

Result<Bytes> whole(const Content& content) {
    const auto size = content.size();
    if (!size || *size > FileSigner::max_file) {
        return Failure{"the file is larger than the " + std::to_string(FileSigner::max_file) +
                       " bytes up to which files are signed"};
    }
    Bytes bytes(static_cast<std::size_t>(*size));
    if (content.read(0, bytes).state != tftp::BlockRead::State::ok) {
        return Failure{"the file cannot be read"};
    }
    return bytes;
}

}  // namespace

/// What makes one result differ from another. What is kept holds its `from`, so that the address stays that file's.
struct FileSigner::Key {
    std::string name;
    std::optional<trust::Digest> digest;  // to sign with; none: the envelope comes off
    const Content* from = nullptr;
    auto operator<=>(const Key&) const = default;
};

struct FileSigner::Impl {
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string>()(key.name) ^ std::hash<const void*>()(key.from) ^ (key.digest ? 1u : 0u);
        }
    };
    struct Kept {
        ContentPtr given;
        ContentPtr made;
    };
    struct Job {
        ContentPtr given;
        std::vector<Done> askers;
    };

    Impl(const TrustSettings& given, Certificates stores) : settings(given), certificates(std::move(stores)) {}

    void run();
    void open();
    void finish(const Key& key, const ContentPtr& given, const Result<Bytes>& result);
    Result<Bytes> make(const Key& key, const Content& given);
    Result<Bytes> sign(const Key& key, ByteView plain);
    Result<Bytes> strip(ByteView file);
    [[nodiscard]] std::vector<trust::Certificate> believed() const;

    const TrustSettings settings;
    const Certificates certificates;
    LogLimit log_limit;
    std::mutex mutex;  // of everything below; not held while signing
    std::condition_variable changed;
    bool stopping = false;
    std::shared_ptr<const trust::Signer> signer;
    std::string fault = "the signing key is not there yet";
    std::map<Key, Job> jobs;
    std::deque<Key> order;
    LruMap<Key, Kept, KeyHash> kept{max_kept};
    std::thread thread;
};

void FileSigner::Impl::open() {
    const trust::SignerWish wish{.bits = settings.key_bits, .common_name = host_name(), .now = trust::wall_now()};
    std::error_code ignored;
    const bool apart = !settings.signer_socket.empty() && std::filesystem::exists(settings.signer_socket, ignored);
    auto opened =
        apart ? trust::connect_signer(settings.signer_socket, wish) : trust::open_signer(settings.path / "signer", wish);
    if (opened) {
        const auto& certificate = (*opened)->certificate();
        LOG_INFO(app_logger, TRUST_SIGNER_READY)
            .arg(apart ? "signing-process" : "this-process")
            .arg(escaped(certificate.subject))
            .arg(certificate.key.text())
            .arg(trust::time_text(certificate.not_after))
            .arg(certificate.fingerprint());
    } else {
        LOG_ERROR(app_logger, TRUST_NO_SIGNER).arg(opened.error().text);
    }
    const std::scoped_lock lock(mutex);
    fault = opened ? "" : opened.error().text;
    if (opened) {
        signer = *std::move(opened);
    }
}

void FileSigner::Impl::run() {
    open();
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return stopping || !order.empty(); });
        if (stopping) {
            return;
        }
        const auto key = order.front();
        const auto given = jobs[key].given;
        order.pop_front();
        lock.unlock();
        finish(key, given, make(key, *given));
        lock.lock();
    }
}

Result<Bytes> FileSigner::Impl::make(const Key& key, const Content& given) {
    const auto bytes = whole(given);
    if (!bytes) {
        return bytes.error();
    }
    return key.digest ? sign(key, *bytes) : strip(*bytes);
}

Result<Bytes> FileSigner::Impl::sign(const Key& key, ByteView plain) {
    if (!signer) {
        return Failure{fault};  // set by this thread, before its first job
    }
    counters.add(Counter::signatures);
    return trust::sign_file(*signer, {.file_name = key.name, .digest = *key.digest, .time = trust::wall_now()}, plain);
}

Result<Bytes> FileSigner::Impl::strip(ByteView file) {
    const auto parsed = trust::SignedFile::parse(file);
    if (!parsed) {
        return parsed.error();
    }
    if (parsed->encrypted) {
        return Failure{"the file is encrypted for one phone"};
    }
    bool known = false;
    for (const auto& one : believed()) {
        if (!trust::same_serial(parsed->signer.serial, one.serial)) {
            continue;
        }
        known = true;
        if (parsed->is_signed_by(one.key)) {
            return Bytes(parsed->body.begin(), parsed->body.end());
        }
    }
    return known ? Failure{"the signature does not fit: the file was changed after it was signed"}
                 : Failure{"it is signed by " + escaped(parsed->signer.subject) + ", whose certificate is not here"};
}

// An own file may be any cluster's: the operator put it there.
std::vector<trust::Certificate> FileSigner::Impl::believed() const {
    std::vector<trust::Certificate> all;
    if (signer) {
        all.push_back(signer->certificate());
    }
    if (const auto stored = certificates ? certificates() : nullptr) {
        for (const auto& one : stored->in(trust::Store::callmanager)) {
            all.push_back(one.certificate);
        }
    }
    return all;
}

void FileSigner::Impl::finish(const Key& key, const ContentPtr& given, const Result<Bytes>& result) {
    ContentPtr made;
    if (result) {
        made = std::make_shared<MemoryContent>(*result);
    }
    std::vector<Done> askers;
    {
        const std::scoped_lock lock(mutex);
        const auto job = jobs.find(key);
        askers = std::move(job->second.askers);
        jobs.erase(job);
        if (made) {
            kept.put(key, {given, made}, given->size().value_or(0) + made->size().value_or(0) + sizeof(Kept));
        }
    }
    if (!result) {
        if (log_limit.pass()) {
            const auto& message = key.digest ? TRUST_NOT_SIGNED : TRUST_NOT_STRIPPED;
            LOG_WARN(upstream_logger, message).arg(escaped(key.name)).arg(result.error().text);
        }
    } else if (key.digest) {
        LOG_INFO(upstream_logger, TRUST_SIGNED).arg(escaped(key.name)).arg(trust::digest_name(*key.digest)).arg(result->size());
    }
    for (const auto& done : askers) {
        done(made ? Result<ContentPtr>(made) : Result<ContentPtr>(result.error()));
    }
}

FileSigner::FileSigner(const TrustSettings& settings, Certificates certificates)
    : impl_(std::make_unique<Impl>(settings, std::move(certificates))) {
    impl_->thread = background_thread([this] { impl_->run(); });
}

FileSigner::~FileSigner() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->changed.notify_one();
    impl_->thread.join();
    for (const auto& [key, job] : impl_->jobs) {
        for (const auto& done : job.askers) {
            done(Failure{"the daemon is stopping, or was given another key"});
        }
    }
}

void FileSigner::sign(const FileName& asked, ContentPtr plain, trust::Digest digest, Done done) {
    enqueue({asked.text(), digest}, std::move(plain), std::move(done));
}

void FileSigner::strip(const FileName& asked, ContentPtr signed_file, Done done) {
    enqueue({asked.key(), std::nullopt}, std::move(signed_file), std::move(done));
}

void FileSigner::enqueue(Key key, ContentPtr given, Done done) {
    key.from = given.get();
    std::unique_lock lock(impl_->mutex);
    if (const auto* kept = impl_->kept.find(key)) {
        const auto made = kept->made;
        lock.unlock();
        return done(made);
    }
    auto job = impl_->jobs.find(key);
    if (job == impl_->jobs.end() && impl_->jobs.size() < max_open) {
        impl_->order.push_back(key);
        job = impl_->jobs.emplace(std::move(key), Impl::Job{std::move(given), {}}).first;
        impl_->changed.notify_one();
    }
    if (job != impl_->jobs.end() && job->second.askers.size() < max_askers) {
        job->second.askers.push_back(std::move(done));
        return;
    }
    lock.unlock();
    done(Failure{"too many files wait for their signature"});
}

std::shared_ptr<const trust::Signer> FileSigner::signer() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->signer;
}

std::string FileSigner::fault() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->fault;
}

}  // namespace branchline
