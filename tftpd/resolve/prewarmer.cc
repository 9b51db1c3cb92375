#include "tftpd/resolve/prewarmer.h"

#include "tftpd/store/background_thread.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/firmware_set.h"
#include "tftpd/store/file_name.h"
#include "resolve_messages.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace branchline {
namespace {

constexpr std::chrono::seconds look_at_clock{15};  // a minute is never missed
constexpr std::chrono::seconds patience{1};        // between two looks whether we are to stop
constexpr int hold_attempts = 40;
constexpr std::chrono::milliseconds hold_pause{25};
constexpr std::size_t piece_size = 64u << 10;

/// What one thread waits for and another one tells. Shared with whoever may tell late.
struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool ringing = false;
    std::optional<Answer> answer;

    void ring() {
        {
            const std::scoped_lock lock(mutex);
            ringing = true;
        }
        rung.notify_all();
    }
    void wait(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        rung.wait_for(lock, time, [this] { return ringing; });
        ringing = false;
    }
};

}  // namespace

bool is_due(const Prewarm& prewarm, const std::tm& now) {
    const auto minute = static_cast<unsigned>(now.tm_hour * 60 + now.tm_min);
    return prewarm.days.test(static_cast<std::size_t>(now.tm_wday)) &&
           std::find(prewarm.minutes.begin(), prewarm.minutes.end(), minute) != prewarm.minutes.end();
}

struct Prewarmer::Impl {
    Impl(Resolver& given, const std::vector<Prewarm>& given_schedule) : resolver(given), schedule(given_schedule) {}

    void run();
    void look_at_schedule();
    std::optional<std::size_t> next();
    void fetch(std::size_t number);
    void hold(const PrewarmFile& file);
    std::optional<Answer> ask(const std::string& name);
    PrewarmFile drain(PrewarmFile file, const Answer& answer, Bytes& beginning);
    void set(std::size_t number, const PrewarmFile& file);
    void add_members(const PrewarmFile& loads, const Bytes& content);
    void report();
    std::size_t add_locked(const std::vector<std::string>& names, const std::string& set);

    Resolver& resolver;
    std::mutex mutex;
    std::condition_variable more;
    std::vector<Prewarm> schedule;
    std::time_t last_minute = -1;
    std::vector<PrewarmFile> files;
    std::set<std::string> keys;  // of files
    std::size_t at = 0;          // the next one to fetch
    bool reported = true;
    bool stopping = false;
    std::thread thread;
};

void Prewarmer::Impl::run() {
    for (;;) {
        const auto number = next();
        if (!number) {
            return;
        }
        fetch(*number);
    }
}

// Waits for work; nothing when we are to stop.
std::optional<std::size_t> Prewarmer::Impl::next() {
    std::unique_lock lock(mutex);
    for (;;) {
        if (stopping) {
            return std::nullopt;
        }
        look_at_schedule();
        if (at < files.size()) {
            files[at].state = PrewarmFile::State::fetching;
            return at++;
        }
        if (!std::exchange(reported, true)) {
            report();
        }
        more.wait_for(lock, look_at_clock);  // woken for nothing, it looks and waits on
    }
}

void Prewarmer::Impl::look_at_schedule() {
    const auto now = std::time(nullptr);
    if (schedule.empty() || now / 60 == last_minute) {
        return;
    }
    last_minute = now / 60;
    std::tm local{};
    localtime_r(&now, &local);
    for (const auto& one : schedule) {
        if (is_due(one, local)) {
            LOG_INFO(upstream_logger, PREWARM_STARTED).arg(add_locked(one.names, "")).arg("schedule");
        }
    }
}

std::size_t Prewarmer::Impl::add_locked(const std::vector<std::string>& names, const std::string& in_set) {
    if (at >= files.size() && in_set.empty()) {
        files.clear();
        keys.clear();
        at = 0;
    }
    std::size_t added = 0;
    for (const auto& name : names) {
        const auto start = name.find_first_not_of('/');
        const auto key = to_key(start == std::string::npos ? name : name.substr(start));
        if (files.size() < max_files && keys.insert(key).second) {
            PrewarmFile file;
            file.name = name;
            file.set = in_set;
            files.push_back(std::move(file));
            ++added;
        }
    }
    reported = reported && added == 0;
    return added;
}

void Prewarmer::Impl::fetch(std::size_t number) {
    PrewarmFile file;
    {
        const std::scoped_lock lock(mutex);
        file = files[number];
    }
    const bool versioned = !file.set.empty() || is_loads_file(file.name);
    if (!versioned || !resolver.hold(file.name, held)) {
        resolver.outdate(file.name);
    }
    const auto answer = ask(file.name);
    if (!answer) {
        return;  // stopping
    }
    Bytes beginning;
    file = drain(std::move(file), *answer, beginning);
    if (file.state == PrewarmFile::State::present) {
        hold(file);
        if (is_loads_file(file.name)) {
            add_members(file, beginning);
        }
    } else {
        LOG_WARN(upstream_logger, PREWARM_NOT_THERE).arg(escaped(file.name)).arg(escaped(file.set)).arg(file.reason);
    }
    set(number, file);
}

// The last byte is there a moment before the cache has the copy.
void Prewarmer::Impl::hold(const PrewarmFile& file) {
    const bool fetched = file.source.starts_with("cluster:");
    for (int attempt = 0; !resolver.hold(file.name, held) && fetched && attempt < hold_attempts; ++attempt) {
        std::this_thread::sleep_for(hold_pause);
    }
}

std::optional<Answer> Prewarmer::Impl::ask(const std::string& name) {
    const auto bell = std::make_shared<Bell>();
    // Nobody's address: not a configured server's, so that the loop rule does not apply.
    resolver.resolve({name, IpAddress(), false}, [bell](Answer answer) {
        {
            const std::scoped_lock lock(bell->mutex);
            bell->answer = std::move(answer);
        }
        bell->ring();
    });
    for (;;) {
        {
            const std::scoped_lock lock(mutex);
            if (stopping) {
                return std::nullopt;
            }
        }
        bell->wait(patience);
        const std::scoped_lock lock(bell->mutex);
        if (bell->answer) {
            return std::move(bell->answer);
        }
    }
}

// Waits until all of the content is there; it may still be arriving.
PrewarmFile Prewarmer::Impl::drain(PrewarmFile file, const Answer& answer, Bytes& beginning) {
    file.reason = answer.reason;
    if (answer.kind != Answer::Kind::content) {
        file.state = answer.kind == Answer::Kind::unavailable ? PrewarmFile::State::failed : PrewarmFile::State::missing;
        return file;
    }
    file.source = answer.source;
    const auto bell = std::make_shared<Bell>();
    Bytes piece(piece_size);
    for (;;) {
        const auto read = answer.content->read(file.bytes, piece);
        if (read.state == tftp::BlockRead::State::failed) {
            file.state = PrewarmFile::State::failed;
            file.reason = "it broke off";
            return file;
        }
        if (read.state == tftp::BlockRead::State::pending) {
            answer.content->when_more([bell] { bell->ring(); });
            bell->wait(patience);
            const std::scoped_lock lock(mutex);
            if (stopping) {
                file.state = PrewarmFile::State::failed;
                return file;
            }
            continue;
        }
        if (beginning.size() < max_loads_size) {
            beginning.insert(beginning.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(read.bytes));
        }
        file.bytes += read.bytes;
        if (read.bytes < piece.size()) {
            file.state = PrewarmFile::State::present;
            return file;
        }
    }
}

void Prewarmer::Impl::set(std::size_t number, const PrewarmFile& file) {
    const std::scoped_lock lock(mutex);
    files[number] = file;
}

// A member is looked for where its .loads file is.
void Prewarmer::Impl::add_members(const PrewarmFile& loads, const Bytes& content) {
    const auto slash = loads.name.rfind('/');
    const auto directory = slash == std::string::npos ? std::string() : loads.name.substr(0, slash + 1);
    auto members = firmware_members(content, loads.name.substr(directory.size()));
    for (auto& member : members) {
        member.insert(0, directory);
    }
    const std::scoped_lock lock(mutex);
    add_locked(members, loads.name);
}

void Prewarmer::Impl::report() {
    const auto count = [this](PrewarmFile::State state) {
        return std::count_if(files.begin(), files.end(), [state](const PrewarmFile& file) { return file.state == state; });
    };
    LOG_INFO(upstream_logger, PREWARM_DONE)
        .arg(files.size())
        .arg(count(PrewarmFile::State::present))
        .arg(count(PrewarmFile::State::missing))
        .arg(count(PrewarmFile::State::failed));
}

Prewarmer::Prewarmer(Resolver& resolver, const std::vector<Prewarm>& schedule)
    : impl_(std::make_unique<Impl>(resolver, schedule)) {
    impl_->thread = background_thread([impl = impl_.get()] { impl->run(); });
}

Prewarmer::~Prewarmer() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->more.notify_all();
    impl_->thread.join();
}

void Prewarmer::reconfigure(const std::vector<Prewarm>& schedule) {
    {
        const std::scoped_lock lock(impl_->mutex);
        if (impl_->schedule == schedule) {
            return;
        }
        impl_->schedule = schedule;
        impl_->last_minute = -1;
    }
    impl_->more.notify_all();
}

std::size_t Prewarmer::add(const std::vector<std::string>& names) {
    std::size_t added = 0;
    {
        const std::scoped_lock lock(impl_->mutex);
        added = impl_->add_locked(names, "");
        LOG_INFO(upstream_logger, PREWARM_STARTED).arg(added).arg("command");
    }
    impl_->more.notify_all();
    return added;
}

std::vector<PrewarmFile> Prewarmer::files() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->files;
}

}  // namespace branchline
