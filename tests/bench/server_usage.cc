#include "tests/bench/server_usage.h"

#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace bench {

namespace {

namespace fs = std::filesystem;

struct Stat {
    int parent = 0;
    std::uint64_t ticks = 0;  ///< of its threads, ended ones too, and of the children it waited for
};

Stat stat_of(const fs::path& process) {
    std::ifstream file(process / "stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto after_name = text.rfind(')');
    Stat stat;
    if (after_name == std::string::npos) {
        return stat;
    }
    std::istringstream fields(text.substr(after_name + 1));
    std::vector<std::string> words;
    for (std::string word; fields >> word;) {
        words.push_back(word);
    }
    if (words.size() > 14) {  // proc(5): fields 4 and 14 to 17; field 3 is the first after the name
        stat.parent = std::stoi(words[1]);
        stat.ticks = std::stoull(words[11]) + std::stoull(words[12]) + std::stoull(words[13]) + std::stoull(words[14]);
    }
    return stat;
}

void add_process(const fs::path& process, Usage& usage) {
    usage.cpu +=
        std::chrono::nanoseconds(stat_of(process).ticks * 1'000'000'000ull / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
    std::ifstream status(process / "status");
    for (std::string word; status >> word;) {
        if (word == "VmRSS:") {
            std::uint64_t kb = 0;
            status >> kb;
            usage.resident_kb += kb;
        }
    }
}

}  // namespace

Usage usage_of(int pid) {
    Usage usage;
    add_process(fs::path("/proc") / std::to_string(pid), usage);
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const auto name = entry.path().filename().string();
        if (std::isdigit(static_cast<unsigned char>(name[0])) && stat_of(entry.path()).parent == pid) {
            add_process(entry.path(), usage);
        }
    }
    return usage;
}

}  // namespace bench
