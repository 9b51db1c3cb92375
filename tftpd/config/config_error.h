// Wrong configuration: where, what, the rule, the way out. The one exception type of the daemon, caught in exactly two places
// (main and the command handler).
#pragma once

#include <stdexcept>
#include <string>

namespace branchline {

/// A place in a configuration file. line and column count from 1; 0 = unknown.
struct Position {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;  ///< in characters, not bytes; a tabulator is one
};

class ConfigError : public std::runtime_error {
public:
    /// what() is "file:line:column: text", shorter where the place is not known: a fault of the machine has no line.
    ConfigError(Position position, const std::string& text)
        : std::runtime_error(place(position) + text), position_(std::move(position)) {}
    [[nodiscard]] const Position& position() const { return position_; }

    /// "file:line:column: ", or as much of it as is known. Warnings begin with it too.
    static std::string place(const Position& position) {
        if (position.line == 0) {
            return position.file.empty() ? std::string() : position.file + ": ";
        }
        return position.file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": ";
    }

private:
    Position position_;
};

}  // namespace branchline
