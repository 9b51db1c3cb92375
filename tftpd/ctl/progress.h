// How far a long piece of work is, on one line of the terminal that is written over again and again. Nothing is written when
// standard error is no terminal: a script's log is not for bars.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace branchline {

/// One line of at most `width` characters, without a newline: what, a bar, percent, megabytes, and how fast.
std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t total, std::chrono::milliseconds taken,
                          std::size_t width);

class ProgressBar {
public:
    explicit ProgressBar(std::string what);
    ~ProgressBar();  ///< takes the line away
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void at(std::uint64_t done, std::uint64_t total);  ///< bytes
    void say(const std::string& line);                 ///< a line without a bar

private:
    const std::string what_;
    const bool terminal_;
    bool shown_ = false;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace branchline
