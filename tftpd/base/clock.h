// Time is an argument everywhere below the drivers: the steady clock, which neither NTP nor an operator can make jump.
#pragma once

#include <chrono>

namespace branchline {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace branchline
