// SQLite as far as the phones' history needs it: statements that are bound, stepped and read. What fails is a DatabaseError,
// thrown here and caught by History alone. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace branchline {

class DatabaseError : public std::runtime_error {
public:
    DatabaseError(const std::string& text, bool damaged) : std::runtime_error(text), damaged_(damaged) {}
    /// The file is no database, or not a sound one: trying again is of no use.
    [[nodiscard]] bool damaged() const { return damaged_; }

private:
    bool damaged_;
};

/// A prepared statement. Parameters and columns are counted on from the first: bind() and the readers take the next one.
class Statement {
public:
    Statement(sqlite3* database, std::string_view sql);

    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);  ///< copied
    /// True: a row is there to be read. False: done; the statement is ready to be bound anew.
    bool step();
    void run();  ///< step() of a statement without rows

    std::int64_t number();
    std::string text();

private:
    struct Finish {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finish> statement_;
    int parameter_ = 0;
    int column_ = 0;
};

class Database {
public:
    /// Opens the file, or makes it, mode 0600.
    explicit Database(const std::filesystem::path& file);

    void run(const std::string& sql);  ///< one or more statements
    void roll_back();                  ///< what was begun, unless SQLite has done so by itself, as when the disk is full
    [[nodiscard]] Statement statement(std::string_view sql) { return {database_.get(), sql}; }
    std::int64_t number_of(std::string_view sql);  ///< the one value of a query's one row
    std::string text_of(std::string_view sql);

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> database_;
};

/// All that happens to the database while it lives happens together or, without commit(), not at all.
class Transaction {
public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace branchline
