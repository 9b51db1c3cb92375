// Runs every target over every file of its corpus and over a fixed number of mutations of each, the same ones in every run:
// what the fuzzers found once stays found, under any compiler and sanitizer.
#include "tests/fuzz/targets.h"
#include "tests/sim/random.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace branchline;

constexpr unsigned mutations_a_file = 500;
constexpr std::size_t longest_input = 4096;  // bytes
constexpr unsigned most_changes = 8;

struct Target {
    const char* name;
    void (*run)(ByteView);
};
constexpr std::array targets{
    Target{"tftp_packet", fuzz::tftp_packet},
    Target{"tftp_session", fuzz::tftp_session},
    Target{"upstream", fuzz::upstream},
    Target{"names", fuzz::names},
    Target{"cache_record", fuzz::cache_record},
    Target{"http_request", fuzz::http_request},
    Target{"http_answer", fuzz::http_answer},
    Target{"cluster_json", fuzz::cluster_json},
    Target{"control", fuzz::control},
    Target{"hook_parameters", fuzz::hook_parameters},
    Target{"hook4", fuzz::hook4},
    Target{"hook6", fuzz::hook6},
    Target{"tlv", fuzz::tlv},
    Target{"signer_messages", fuzz::signer_messages},
    Target{"certificates", fuzz::certificates},
    Target{"tls_session", fuzz::tls_session},
    Target{"tvs", fuzz::tvs},
    Target{"exchange_message", fuzz::exchange_message},
    Target{"lease_event", fuzz::lease_event},
};

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

Bytes mutated(Bytes bytes, const std::vector<Bytes>& corpus, sim::Random& random) {
    for (auto changes = random.between(1, most_changes); changes > 0; --changes) {
        const auto at = bytes.empty() ? 0 : static_cast<std::size_t>(random.between(0, bytes.size() - 1));
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random.between(0, 5)) {
            case 0:
                if (!bytes.empty()) {
                    *place = static_cast<std::uint8_t>(random.next());
                }
                break;
            case 1:
                if (!bytes.empty()) {
                    *place = static_cast<std::uint8_t>(*place ^ (1u << random.between(0, 7)));
                }
                break;
            case 2:
                bytes.insert(place, static_cast<std::uint8_t>(random.between(0, 12)));
                break;
            case 3:
                if (!bytes.empty()) {
                    bytes.erase(place, place + static_cast<std::ptrdiff_t>(random.between(1, bytes.size() - at)));
                }
                break;
            case 4: {
                const Bytes piece(place, bytes.end());
                bytes.insert(bytes.end(), piece.begin(), piece.end());
                break;
            }
            default: {
                const auto& other = corpus[static_cast<std::size_t>(random.between(0, corpus.size() - 1))];
                bytes.insert(place, other.begin(), other.end());
            }
        }
        bytes.resize(std::min(bytes.size(), longest_input));
    }
    return bytes;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: fuzz-regression CORPUS\n");
        return 2;
    }
    unsigned empty = 0;
    for (const auto& target : targets) {
        std::vector<std::filesystem::path> paths;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(argv[1]) / target.name, error)) {
            paths.push_back(entry.path());
        }
        std::sort(paths.begin(), paths.end());
        std::vector<Bytes> corpus;
        for (const auto& path : paths) {
            corpus.push_back(read_file(path));
        }
        sim::Random random(1);
        for (std::size_t i = 0; i < corpus.size(); ++i) {
            target.run(corpus[i]);
            for (unsigned n = 0; n < mutations_a_file; ++n) {
                target.run(mutated(corpus[i], corpus, random));
            }
        }
        empty += corpus.empty() ? 1 : 0;
        std::printf("%-16s %zu corpus files, %zu mutations\n", target.name, corpus.size(), corpus.size() * mutations_a_file);
    }
    std::printf("%zu passed, %u failed\n", targets.size() - empty, empty);
    return empty == 0 ? 0 : 1;
}
