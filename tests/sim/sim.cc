// Hundreds of seeded transfers over a lossy link with virtual time, and the figures they must reach (threats.md R10). Without
// arguments all groups run; "sim GROUP SEED" runs one transfer again and says what became of it. Ends 0 only if all is well.
#include "tests/sim/transfer_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace branchline;
using namespace branchline::sim;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kilobyte = 1000;
constexpr std::uint64_t megabyte = 1000 * kilobyte;
constexpr std::uint64_t first_seed = 1;
constexpr unsigned most_told = 10;  // transfers of a group that are told about one by one

double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

struct Group {
    std::string_view name;
    unsigned runs;
    unsigned least_success;  ///< percent of the runs
    Duration most_p99;       ///< zero = not asked for
    std::function<RunSettings(Random&)> settings;
    /// What must hold besides; empty = it does.
    std::function<std::string(const RunSettings&, const RunResult&)> also = {};
};

NetworkSettings lossy(unsigned loss) {
    NetworkSettings network;
    network.loss = loss;
    network.duplicate = 5;
    network.reorder = 5;
    return network;
}

/// The way to a remote cluster: some ten milliseconds.
NetworkSettings lossy_wide_area(unsigned loss) {
    auto network = lossy(loss);
    network.least_delay = milliseconds(5);
    network.most_delay = milliseconds(8);
    network.held_back = milliseconds(20);
    return network;
}

/// A fetcher does not give up when the sixth packet in a row is lost: the loss here is far from what a real link has.
tftp::FetchSettings patient_fetch() {
    tftp::FetchSettings fetch;
    fetch.first_sends = 8;
    fetch.patience = seconds(20);
    fetch.resends = 12;
    return fetch;
}

RunSettings phone(Random& random, unsigned loss) {
    RunSettings settings;
    settings.network = lossy(loss);
    settings.file.size = random.between(8 * kilobyte, megabyte);
    return settings;
}

RunSettings fetcher(Random& random, unsigned loss) {
    RunSettings settings;
    settings.client = ClientKind::fetcher;
    settings.network = lossy_wide_area(loss);
    settings.fetch = patient_fetch();
    settings.file.size = random.between(8 * kilobyte, megabyte);
    return settings;
}

RunSettings any_window(Random& random) {
    constexpr std::array<std::uint16_t, 8> windows{1, 2, 3, 4, 7, 16, 33, 64};
    constexpr std::array<std::uint16_t, 6> blocks{128, 512, 1024, 1428, 8192, 65464};
    auto settings = fetcher(random, 10);
    settings.fetch.window_size = windows[random.between(0, windows.size() - 1)];
    settings.fetch.block_size = blocks[random.between(0, blocks.size() - 1)];
    settings.file.size = random.between(0, 300 * kilobyte);
    if (random.happens(20)) {  // the borders: whole blocks, whole windows
        settings.file.size = std::uint64_t{settings.fetch.block_size} * random.between(0, 2u * settings.fetch.window_size);
        settings.file.size = std::min<std::uint64_t>(settings.file.size, 300 * kilobyte);
    }
    settings.file.arriving = random.happens(30);
    return settings;
}

const std::array<Group, 10>& groups() {
    static const std::array<Group, 10> all{{
        {"phones-10-percent", 300, 100, seconds(20), [](Random& random) { return phone(random, 10); }},
        {"phones-30-percent",
         100,
         99,
         {},
         [](Random& random) {
             auto settings = phone(random, 30);
             settings.file.size = std::min(settings.file.size, 300 * kilobyte);
             return settings;
         }},
        {"phones-timer-only",
         200,
         100,
         {},
         [](Random& random) {
             auto settings = phone(random, 10);
             settings.client = ClientKind::timer_phone;
             return settings;
         },
         [](const RunSettings& settings, const RunResult& result) {
             // A lost ACK costs such a phone its own timer. What we may add is a short wait for each block that was lost.
             const auto lost_blocks = (settings.file.size / tftp::plain_block_size + 1) * settings.network.loss / 100;
             const auto ours = result.elapsed - result.waited_for_timer;
             return ours <= seconds(2) + milliseconds(150) * lost_blocks ? "" : "the server kept a phone waiting";
         }},
        {"phones-netascii",
         60,
         100,
         {},
         [](Random& random) {
             auto settings = phone(random, 10);
             settings.client = ClientKind::netascii_phone;
             settings.file.size = random.between(0, 200 * kilobyte);
             settings.file.arriving = random.happens(30);
             return settings;
         }},
        {"phones-arriving-file",
         60,
         100,
         {},
         [](Random& random) {
             auto settings = phone(random, 10);
             settings.file.size = random.between(0, 300 * kilobyte);
             settings.file.arriving = true;
             return settings;
         }},
        {"phones-duplicates-only",
         100,
         100,
         {},
         [](Random& random) {
             RunSettings settings;
             settings.network.duplicate = 50;
             settings.file.size = random.between(0, 300 * kilobyte);
             return settings;
         },
         [](const RunSettings& settings, const RunResult& result) {
             // The request may be doubled and the first block sent for each; nothing else may be.
             const auto blocks = settings.file.size / tftp::plain_block_size + 1;
             return result.data_sent <= blocks + 2 ? "" : "duplicates made the server send blocks again";
         }},
        {"fetchers-10-percent", 300, 100, seconds(20), [](Random& random) { return fetcher(random, 10); }},
        {"fetchers-30-percent", 100, 99, {}, [](Random& random) { return fetcher(random, 30); }},
        {"fetchers-any-window", 400, 100, {}, any_window},
        {"fetchers-duplicates-only",
         100,
         100,
         {},
         [](Random& random) {
             auto settings = fetcher(random, 0);
             settings.network = {};
             settings.network.duplicate = 50;
             return settings;
         },
         [](const RunSettings& settings, const RunResult& result) {
             const auto blocks = settings.file.size / settings.fetch.block_size + 1;
             return result.data_sent <= blocks ? "" : "duplicates made the server send blocks again";
         }},
    }};
    return all;
}

struct Outcome {
    RunSettings settings;
    RunResult result;
};

Outcome run_seed(const Group& group, std::uint64_t seed) {
    Random random(seed * 0x100000001b3);
    Outcome outcome;
    outcome.settings = group.settings(random);
    outcome.result = run(outcome.settings, seed);
    if (outcome.result.fault.empty() && group.also) {
        outcome.result.fault = group.also(outcome.settings, outcome.result);
    }
    return outcome;
}

void tell(const Group& group, std::uint64_t seed, const Outcome& outcome) {
    const auto& [settings, result] = outcome;
    std::printf("  sim %s %llu: %s, %.2f s, file %llu bytes, block size %u, window %u, DATA sent %llu, resent %llu%s%s\n",
                std::string(group.name).c_str(), static_cast<unsigned long long>(seed),
                result.exact ? "exact" : "NOT transferred", in_seconds(result.elapsed),
                static_cast<unsigned long long>(settings.file.size), settings.fetch.block_size, settings.fetch.window_size,
                static_cast<unsigned long long>(result.data_sent), static_cast<unsigned long long>(result.resent),
                result.fault.empty() ? "" : "; FAULT: ", result.fault.c_str());
}

bool run_group(const Group& group) {
    std::vector<double> times;
    unsigned faults = 0;
    unsigned failures = 0;
    unsigned told = 0;
    for (auto seed = first_seed; seed < first_seed + group.runs; ++seed) {
        const auto outcome = run_seed(group, seed);
        times.push_back(in_seconds(outcome.result.elapsed));
        faults += outcome.result.fault.empty() ? 0 : 1;
        failures += outcome.result.exact ? 0 : 1;
        if (!outcome.result.fault.empty() || !outcome.result.exact) {
            if (++told <= most_told) {
                tell(group, seed, outcome);
            }
        }
    }
    std::sort(times.begin(), times.end());
    const auto median = times[times.size() / 2];
    const auto p99 = times[std::min(times.size() - 1, times.size() * 99 / 100)];
    const bool enough = (group.runs - failures) * 100 >= group.least_success * group.runs;
    const bool fast = group.most_p99 == Duration::zero() || p99 <= in_seconds(group.most_p99);
    const bool good = enough && fast && faults == 0;
    std::printf("%-26s %4u transfers, %u not exact, %u faults, median %.2f s, p99 %.2f s, worst %.2f s: %s\n",
                std::string(group.name).c_str(), group.runs, failures, faults, median, p99, times.back(),
                good ? "passed" : "FAILED");
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3) {
        for (const auto& group : groups()) {
            if (group.name == argv[1]) {
                const auto seed = std::strtoull(argv[2], nullptr, 10);
                const auto outcome = run_seed(group, seed);
                tell(group, seed, outcome);
                return outcome.result.exact && outcome.result.fault.empty() ? 0 : 1;
            }
        }
    }
    if (argc != 1) {
        std::fprintf(stderr, "usage: sim [GROUP SEED]\n");
        return 2;
    }
    unsigned failed = 0;
    for (const auto& group : groups()) {
        failed += run_group(group) ? 0 : 1;
    }
    std::printf("%zu passed, %u failed\n", groups().size() - failed, failed);
    return failed == 0 ? 0 : 1;
}
