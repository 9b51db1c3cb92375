#include "tftpd/phones/phone_watch.h"

#include "tftpd/store/background_thread.h"

#include <boost/lockfree/queue.hpp>

#include <atomic>
#include <mutex>
#include <semaphore>
#include <thread>
#include <variant>

#include <pthread.h>

namespace branchline {
namespace {

struct Record {
    TimePoint at;
    std::variant<api::LeaseEvent, FileReport> what;
};

}  // namespace

struct PhoneWatch::Impl {
    explicit Impl(const LeaseTable& lease_table) : leases(lease_table) {}

    void put(std::unique_ptr<Record> record);
    void run(const Load& load);
    void take(Record& record);

    const LeaseTable& leases;
    boost::lockfree::queue<Record*, boost::lockfree::capacity<max_queued>> queue;
    std::counting_semaphore<> queued{0};
    std::atomic<std::uint64_t> dropped{0};
    std::atomic<bool> stopping{false};
    mutable std::mutex mutex;  ///< of the timelines
    Timelines timelines;
    std::thread thread;
};

void PhoneWatch::Impl::put(std::unique_ptr<Record> record) {
    if (queue.bounded_push(record.get())) {
        (void)record.release();
        queued.release();
    } else {
        dropped.fetch_add(1, std::memory_order_relaxed);
    }
}

void PhoneWatch::Impl::run(const Load& load) {
    if (load) {
        auto known = load();
        const std::lock_guard lock(mutex);
        timelines.restore(std::move(known));
    }
    for (;;) {
        queued.acquire();
        Record* raw = nullptr;
        if (queue.pop(raw)) {
            const std::unique_ptr<Record> record(raw);
            take(*record);
        } else if (stopping) {
            return;
        }
    }
}

void PhoneWatch::Impl::take(Record& record) {
    if (auto* event = std::get_if<api::LeaseEvent>(&record.what)) {
        const std::lock_guard lock(mutex);
        timelines.add(*event, record.at);
        return;
    }
    auto& report = std::get<FileReport>(record.what);
    const auto holder = leases.holder_of(unmapped(report.phone).to_string());
    const std::lock_guard lock(mutex);
    timelines.add(std::move(report), holder);
}

PhoneWatch::PhoneWatch(const LeaseTable& leases, Load load) : impl_(std::make_unique<Impl>(leases)) {
    impl_->thread = background_thread([impl = impl_.get(), load = std::move(load)] {
        pthread_setname_np(pthread_self(), "phones");
        impl->run(load);
    });
}

PhoneWatch::~PhoneWatch() {
    stop();
}

void PhoneWatch::stop() {
    if (impl_->thread.joinable()) {
        impl_->stopping = true;
        impl_->queued.release();
        impl_->thread.join();
    }
}

void PhoneWatch::heard(api::LeaseEvent event) {
    using Kind = api::LeaseEvent::Kind;
    if (event.kind == Kind::held || event.kind == Kind::gone) {
        return;  // nothing happened to the phone
    }
    impl_->put(std::make_unique<Record>(Record{Clock::now(), std::move(event)}));
}

void PhoneWatch::heard(FileReport report) {
    impl_->put(std::make_unique<Record>(Record{report.ended, std::move(report)}));
}

std::uint64_t PhoneWatch::dropped() const {
    return impl_->dropped;
}

std::optional<PhoneTimeline> PhoneWatch::find(const MacAddress& mac) const {
    const std::lock_guard lock(impl_->mutex);
    const auto* found = impl_->timelines.find(mac);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

std::vector<std::string> PhoneWatch::names_asked(const MacAddress& mac) const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->timelines.names_asked(mac);
}

std::vector<ChangedPhone> PhoneWatch::take_changed(std::size_t most) {
    const std::lock_guard lock(impl_->mutex);
    return impl_->timelines.take_changed(most);
}

void PhoneWatch::all_changed() {
    const std::lock_guard lock(impl_->mutex);
    impl_->timelines.all_changed();
}

void PhoneWatch::for_each(const std::function<bool(const PhoneTimeline&)>& look) const {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& phone : impl_->timelines.all()) {
        if (!look(phone)) {
            return;
        }
    }
}

}  // namespace branchline
