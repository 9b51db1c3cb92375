#include "tftpd/ctl/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace branchline {
namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t longest_bar = 40;

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual_width;
}

/// Megabytes of 10^6 bytes with one decimal.
std::string megabytes(std::uint64_t bytes) {
    const auto tenths = bytes / 100'000;
    return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10);
}

}  // namespace

std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t total, std::chrono::milliseconds taken,
                          std::size_t width) {
    done = std::min(done, total);
    const auto percent = total == 0 ? 100 : done * 100 / total;
    auto numbers = std::string(percent < 10    ? "  "
                               : percent < 100 ? " "
                                               : "") +
                   std::to_string(percent) + " %  " + megabytes(done) + '/' + megabytes(total) + " MB";
    if (taken.count() > 0) {
        numbers += "  " + megabytes(done * 1000 / static_cast<std::uint64_t>(taken.count())) + " MB/s";
    }
    const auto without_bar = what.size() + 2 + numbers.size();
    if (without_bar + 6 > width) {
        return (what + "  " + numbers).substr(0, width);
    }
    const auto bar = std::min(longest_bar, width - without_bar - 4);
    const auto full = total == 0 ? bar : static_cast<std::size_t>(done * bar / total);
    return what + "  [" + std::string(full, '#') + std::string(bar - full, '-') + "]  " + numbers;
}

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    say("");
}

void ProgressBar::at(std::uint64_t done, std::uint64_t total) {
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
    say(progress_line(what_, done, total, taken, terminal_width() - 1));
}

void ProgressBar::say(const std::string& line) {
    if (terminal_ && (shown_ || !line.empty())) {
        std::cerr << "\r\x1b[K" << line << std::flush;  // ECMA-48 8.3.41: erase to the end of the line
        shown_ = !line.empty();
    }
}

}  // namespace branchline
