#include "tftpd/phones/history.h"

#include "tftpd/log/log.h"

#include "phones_messages.h"

#include <system_error>
#include <utility>

namespace branchline {
namespace {

constexpr std::int64_t page_size = 4096;    // bytes; what flash file systems write at once
constexpr std::int64_t log_kept = 1 << 20;  // bytes that the write-ahead log keeps after a checkpoint
constexpr std::int64_t entry_size = 256;    // bytes of a step or file, more than most have

}  // namespace

History::History(std::filesystem::path file, PhoneHistory settings) : file_(std::move(file)), settings_(settings) {}

History::~History() = default;

/// Runs `work` with the database open. One that turns out to be damaged is set aside.
template <typename Work>
auto History::guarded(const Work& work) -> Result<decltype(work())> {
    const std::lock_guard lock(mutex_);
    try {
        open_sound();
        return work();
    } catch (const DatabaseError& error) {
        if (error.damaged()) {
            set_aside(error.what());
        }
        return Failure{file_.string() + ": " + error.what()};
    } catch (const std::filesystem::filesystem_error& error) {
        return Failure{error.what()};
    }
}

void History::open_sound() {
    if (database_) {
        return;
    }
    std::filesystem::create_directories(file_.parent_path());
    const auto begin = [this] {
        auto opened = std::make_unique<Database>(file_);
        opened->run(
            "PRAGMA page_size = " + std::to_string(page_size) +
            "; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -1024;"
            "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = " +
            std::to_string(log_kept));
        const auto found = opened->number_of("PRAGMA user_version");
        if (found == 0 && opened->number_of("SELECT count(*) FROM sqlite_schema") == 0) {
            Transaction making(*opened);
            make_tables(*opened);
            making.commit();
        } else if (found != tables_version) {
            throw DatabaseError("its tables are of version " + std::to_string(found), true);
        } else if (const auto said = opened->text_of("PRAGMA quick_check(1)"); said != "ok") {
            throw DatabaseError(said, true);
        }
        database_ = std::move(opened);
    };
    try {
        begin();
    } catch (const DatabaseError& error) {
        if (!error.damaged()) {
            throw;
        }
        set_aside(error.what());
        begin();
    }
}

void History::set_aside(const std::string& why) {
    database_.reset();
    const auto aside = file_.string() + ".damaged";
    std::error_code error;
    for (const char* part : {"", "-wal", "-shm"}) {
        std::filesystem::remove(aside + part, error);
        std::filesystem::rename(file_.string() + part, aside + part, error);
    }
    // What quick_check found begins with a line that says in which database.
    LOG_ERROR(app_logger, PHONES_HISTORY_SET_ASIDE).arg(file_.string()).arg(why.substr(why.rfind('\n') + 1)).arg(aside);
}

Result<bool> History::open() {
    return guarded([] { return true; });
}

Result<std::list<PhoneTimeline>> History::load(Moment now) {
    {
        const std::lock_guard lock(mutex_);
        if (!settings_.keeps()) {
            return std::list<PhoneTimeline>();
        }
    }
    return guarded([&] { return read_phones(*database_, settings_.lifetime, now); });
}

Result<bool> History::write(const std::vector<ChangedPhone>& phones, Moment now) {
    return guarded([&] {
        database_->run("PRAGMA max_page_count = " + std::to_string(static_cast<std::int64_t>(settings_.max_size) / page_size));
        Transaction writing(*database_);
        trim(phones, now);
        for (const auto& phone : phones) {
            write_phone(*database_, phone, now);
        }
        writing.commit();
        return true;
    });
}

/// Makes room by age, and by size for what is about to be written. Free pages are used again; the file never shrinks.
void History::trim(const std::vector<ChangedPhone>& coming, Moment now) {
    delete_older(*database_, settings_.lifetime, now);
    std::int64_t needed = 0;
    for (const auto& changed : coming) {
        needed += static_cast<std::int64_t>(changed.entries()) * entry_size;
    }
    const auto is_full = [&] {
        const auto used = database_->number_of("PRAGMA page_count") - database_->number_of("PRAGMA freelist_count");
        return used * page_size + needed > static_cast<std::int64_t>(settings_.max_size);
    };
    while (is_full() && delete_oldest(*database_)) {
    }
}

void History::use(const PhoneHistory& settings) {
    const std::lock_guard lock(mutex_);
    settings_ = settings;
    if (!settings_.keeps()) {
        database_.reset();
        std::error_code error;
        for (const char* part : {"", "-wal", "-shm"}) {
            std::filesystem::remove(file_.string() + part, error);
        }
    }
}

}  // namespace branchline
