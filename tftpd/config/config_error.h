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
    unsigned column = 0;
};

class ConfigError : public std::runtime_error {
public:
    ConfigError(Position position, const std::string& text)
        : std::runtime_error(position.file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": " +
                             text),
          position_(std::move(position)) {}
    [[nodiscard]] const Position& position() const { return position_; }

private:
    Position position_;
};

}  // namespace branchline
