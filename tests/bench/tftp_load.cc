// Many phones in one process, to measure a TFTP server: they ask for one file all at once, each again as soon as it has it, and
// what came of it is printed as one line of JSON: transfers a second, failures, how long phones waited, CPU and memory of the
// server.
//
//   tftp_load --port 69 --file NAME --expect PATH --phones 512 [--each 8] [--bursts 1] [--blksize N] [--windowsize N] [--loss
//   PERCENT]
//             [--seed N] [--timer MS] [--stop-after BLOCKS] [--pid SERVER]
//
// The server must be on the loopback interface; nothing else can be asked.
#include "tests/bench/phone.h"
#include "tests/bench/server_usage.h"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <thread>

namespace {

using bench::Clock;
using bench::Phone;

constexpr std::chrono::milliseconds timer_step{20};
constexpr std::chrono::milliseconds between_bursts{200};

struct Tally {
    std::size_t good = 0;
    std::size_t failed = 0;
    std::size_t holding = 0;
    std::size_t repeated = 0;
    Clock::duration time{};
    std::vector<double> milliseconds;  ///< of the good ones
    std::map<std::string, std::size_t> complaints;
};

double in_ms(Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

double percentile(const std::vector<double>& sorted, double fraction) {
    return sorted.empty()
               ? 0
               : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(fraction * static_cast<double>(sorted.size())))];
}

/// All phones of a run and the loop that drives them. Each asks for the file `each` times, the next time as soon as it has it.
class Branch {
public:
    Branch(const bench::Order& order, std::mt19937& dice, unsigned phones, unsigned each) : each_(each), left_(phones) {
        for (unsigned number = 0; number < phones; ++number) {
            phones_.push_back(std::make_unique<Phone>(order, dice, number));
        }
    }
    ~Branch() { close(poll_); }
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    void burst(Tally& tally) {
        std::fill(left_.begin(), left_.end(), each_);
        for (auto& phone : phones_) {
            prepare(*phone);
        }
        const auto began = Clock::now();
        ended_ = began;
        busy_ = phones_.size();
        for (auto& phone : phones_) {
            phone->ask(Clock::now());
        }
        auto timers_due = Clock::now() + timer_step;
        std::array<epoll_event, 256> events;
        while (busy_ > 0) {
            const int count =
                epoll_wait(poll_, events.data(), static_cast<int>(events.size()), static_cast<int>(timer_step.count()));
            const auto now = Clock::now();
            for (int index = 0; index < count; ++index) {
                auto& phone = *static_cast<Phone*>(events[static_cast<std::size_t>(index)].data.ptr);
                const bool was_busy = phone.busy();
                phone.receive(now);
                if (was_busy && !phone.busy()) {
                    finish(phone, tally, now);
                }
            }
            if (now >= timers_due) {
                timers_due = now + timer_step;
                for (auto& phone : phones_) {
                    const bool was_busy = phone->busy();
                    phone->check_timer(now);
                    if (was_busy && !phone->busy()) {
                        finish(*phone, tally, now);
                    }
                }
            }
        }
        tally.time += ended_ - began;
    }

private:
    void prepare(Phone& phone) {
        phone.open();
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &phone;
        epoll_ctl(poll_, EPOLL_CTL_ADD, phone.fd(), &event);
    }

    void finish(Phone& phone, Tally& tally, Clock::time_point now) {
        ended_ = now;
        tally.repeated += phone.repeated();
        if (phone.state() == Phone::State::done) {
            ++tally.good;
            tally.milliseconds.push_back(in_ms(phone.took()));
        } else if (phone.state() == Phone::State::holding) {
            ++tally.holding;
        } else {
            ++tally.failed;
            ++tally.complaints[phone.complaint()];
        }
        if (--left_[phone.number()] == 0) {
            --busy_;
            return;
        }
        prepare(phone);
        phone.ask(now);
    }

    const unsigned each_;
    std::vector<std::unique_ptr<Phone>> phones_;
    std::vector<unsigned> left_;  ///< transfers, by phone
    std::size_t busy_ = 0;
    Clock::time_point ended_{};
    const int poll_ = epoll_create1(EPOLL_CLOEXEC);
};

void print(Tally& tally, const bench::Usage& before, const bench::Usage& after) {
    std::sort(tally.milliseconds.begin(), tally.milliseconds.end());
    const double seconds = std::chrono::duration<double>(tally.time).count();
    const double cpu_ms = std::chrono::duration<double, std::milli>(after.cpu - before.cpu).count();
    std::printf(
        "{\"good\": %zu, \"failed\": %zu, \"holding\": %zu, \"repeated\": %zu, \"seconds\": %.3f, \"rate\": %.1f, "
        "\"median_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f, \"cpu_ms\": %.4f, \"rss_mb\": %.1f, \"complaints\": {",
        tally.good, tally.failed, tally.holding, tally.repeated, seconds,
        seconds > 0 ? static_cast<double>(tally.good) / seconds : 0, percentile(tally.milliseconds, 0.5),
        percentile(tally.milliseconds, 0.99), tally.milliseconds.empty() ? 0 : tally.milliseconds.back(),
        tally.good > 0 ? cpu_ms / static_cast<double>(tally.good) : 0, static_cast<double>(after.resident_kb) / 1024);
    const char* comma = "";
    for (const auto& [complaint, count] : tally.complaints) {
        std::printf("%s\"%s\": %zu", comma, complaint.c_str(), count);
        comma = ", ";
    }
    std::printf("}}\n");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Load for a TFTP server on the loopback interface: many phones in one process.");
    bench::Order order;
    std::uint16_t port = 69;
    std::string expect;
    unsigned phones_wanted = 1;
    unsigned bursts = 1;
    unsigned each = 1;
    unsigned seed = 1;
    double loss_percent = 0;
    int server_pid = 0;
    unsigned timer_ms = 1000;
    app.add_option("--port", port, "The server's port on 127.0.0.1");
    app.add_option("--file", order.file, "Name to ask for")->required();
    app.add_option("--expect", expect, "A file with the bytes that must come")->required()->check(CLI::ExistingFile);
    app.add_option("--phones", phones_wanted, "Phones that ask at once")->check(CLI::Range(1, 60000));
    app.add_option("--bursts", bursts, "How often they do")->check(CLI::Range(1, 100000));
    app.add_option("--each", each, "Transfers of each phone, one after the other, in a burst")->check(CLI::Range(1, 100000));
    app.add_option("--blksize", order.block_size, "Option to send")->check(CLI::Range(8, 65464));
    app.add_option("--windowsize", order.window_size, "Option to send")->check(CLI::Range(1, 65535));
    app.add_option("--loss", loss_percent, "Datagrams lost each way, in percent")->check(CLI::Range(0.0, 100.0));
    app.add_option("--seed", seed, "Of the loss");
    app.add_option("--timer", timer_ms, "The phones' timer, in milliseconds")->check(CLI::Range(1, 60000));
    app.add_option("--stop-after", order.stop_after, "Blocks after which the phones fall silent, to hold transfers open");
    app.add_option("--pid", server_pid, "The server's process, for its CPU and memory");
    CLI11_PARSE(app, argc, argv);

    std::ifstream file(expect, std::ios::binary);
    order.expected.assign(std::istreambuf_iterator<char>(file), {});
    order.loss = loss_percent / 100;
    order.timer = std::chrono::milliseconds(timer_ms);
    order.server.sin_family = AF_INET;
    order.server.sin_port = htons(port);
    order.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max = std::max<rlim_t>(files.rlim_max, phones_wanted + 64);
    setrlimit(RLIMIT_NOFILE, &files);

    try {
        std::mt19937 dice(seed);
        Branch branch(order, dice, phones_wanted, each);
        Tally tally;
        const auto before = server_pid != 0 ? bench::usage_of(server_pid) : bench::Usage{};
        for (unsigned burst = 0; burst < bursts; ++burst) {
            if (burst > 0 && phones_wanted > 1) {
                std::this_thread::sleep_for(between_bursts);
            }
            branch.burst(tally);
        }
        std::this_thread::sleep_for(between_bursts);
        const auto after = server_pid != 0 ? bench::usage_of(server_pid) : bench::Usage{};
        print(tally, before, after);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "tftp_load: %s\n", problem.what());
        return 1;
    }
    return 0;
}
