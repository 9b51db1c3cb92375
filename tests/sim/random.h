// Random numbers that are the same for a seed on every machine (SplitMix64), so that a seed in a report is the whole report.
#pragma once

#include <cstdint>

namespace branchline::sim {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        auto value = state_;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
    /// A number from `least` to `most`, both included.
    std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + next() % (most - least + 1); }
    /// True in `percent` of 100 calls.
    bool happens(unsigned percent) { return next() % 100 < percent; }

private:
    std::uint64_t state_;
};

}  // namespace branchline::sim
