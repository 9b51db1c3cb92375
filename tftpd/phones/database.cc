#include "tftpd/phones/database.h"

#include <sys/stat.h>

#include <sqlite3.h>

namespace branchline {
namespace {

[[noreturn]] void fail(sqlite3* database, int code) {
    const bool damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
    throw DatabaseError(database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database), damaged);
}

}  // namespace

void Statement::Finish::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, std::string_view sql) {
    sqlite3_stmt* made = nullptr;
    if (const int code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &made, nullptr);
        code != SQLITE_OK) {
        fail(database, code);
    }
    statement_.reset(made);
}

Statement& Statement::bind(std::int64_t value) {
    if (const int code = sqlite3_bind_int64(statement_.get(), ++parameter_, value); code != SQLITE_OK) {
        fail(sqlite3_db_handle(statement_.get()), code);
    }
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    const int code =
        sqlite3_bind_text(statement_.get(), ++parameter_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    if (code != SQLITE_OK) {
        fail(sqlite3_db_handle(statement_.get()), code);
    }
    return *this;
}

bool Statement::step() {
    column_ = 0;
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) {
        return true;
    }
    parameter_ = 0;
    if (code != SQLITE_DONE) {
        auto* database = sqlite3_db_handle(statement_.get());
        const DatabaseError error(sqlite3_errmsg(database), (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB);
        sqlite3_reset(statement_.get());
        throw error;
    }
    sqlite3_reset(statement_.get());
    return false;
}

void Statement::run() {
    while (step()) {
    }
}

std::int64_t Statement::number() {
    return sqlite3_column_int64(statement_.get(), column_++);
}

std::string Statement::text() {
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column_));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column_));
    ++column_;
    return begin == nullptr ? std::string() : std::string(begin, size);
}

void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Database::Database(const std::filesystem::path& file) {
    sqlite3* made = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(made);
    if (code != SQLITE_OK) {
        fail(made, code);
    }
    ::chmod(file.c_str(), 0600);
}

void Database::run(const std::string& sql) {
    if (const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK) {
        fail(database_.get(), code);
    }
}

void Database::roll_back() {
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Database::number_of(std::string_view sql) {
    auto asked = statement(sql);
    return asked.step() ? asked.number() : 0;
}

std::string Database::text_of(std::string_view sql) {
    auto asked = statement(sql);
    return asked.step() ? asked.text() : std::string();
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (open_) {
        database_.roll_back();
    }
}

void Transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

}  // namespace branchline
