#include "tftpd/ctl/long_work.h"

#include "tftpd/ctl/progress.h"

#include <util/encode/encode.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::size_t piece_size = 512 * 1024;  // bytes; the daemon takes up to 1 MiB
constexpr std::chrono::milliseconds look_again{300};

std::string text_of(const ConstElementPtr& answer, const char* name) {
    const auto arguments = answer->get("arguments");
    const auto value = arguments && arguments->getType() == Element::map ? arguments->get(name) : ConstElementPtr();
    return value && value->getType() == Element::string ? value->stringValue() : std::string();
}

std::uint64_t number_of(const ConstElementPtr& answer, const char* name) {
    const auto arguments = answer->get("arguments");
    const auto value = arguments && arguments->getType() == Element::map ? arguments->get(name) : ConstElementPtr();
    return value && value->getType() == Element::integer ? static_cast<std::uint64_t>(value->intValue()) : 0;
}

bool is_good(const ConstElementPtr& answer) {
    return answer->get("result")->intValue() == 0;
}

ExitStatus cannot_read(const std::string& file, const char* why) {
    std::cerr << "branchlinectl: " << file << " cannot be read: " << why << '\n';
    return exit_failed;
}

}  // namespace

ExitStatus add_file(Request request, const std::string& file) {
    std::error_code error;
    const auto size = std::filesystem::is_regular_file(file, error) ? std::filesystem::file_size(file, error) : 0;
    std::ifstream source(file, std::ios::binary);
    if (error || !source || !std::filesystem::is_regular_file(file, error)) {
        return cannot_read(file, error ? error.message().c_str() : "it is no regular file, or its permissions forbid it");
    }
    const auto piece_at = [&](std::uint64_t offset) {
        std::vector<std::uint8_t> piece(piece_size);
        source.clear();
        source.seekg(static_cast<std::streamoff>(offset));
        source.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(source.gcount()));
        return Element::create(isc::util::encode::encodeBase64(piece));
    };
    ProgressBar bar(std::filesystem::path(file).filename().string());
    request.argument("size", Element::create(static_cast<std::int64_t>(size)));
    request.argument("data", piece_at(0));
    auto answer = ask(request);
    while (answer && is_good(answer) && text_of(answer, "state") != "stored") {
        const auto received = number_of(answer, "received");
        const bool receiving = text_of(answer, "state") == "receiving";
        if (receiving) {
            bar.at(received, size);
        } else {
            bar.say("being stored …");
        }
        request.arguments = Element::createMap();
        request.text_argument("upload", text_of(answer, "upload"));
        if (receiving) {
            if (received >= size) {
                return cannot_read(file, "it changed meanwhile");
            }
            request.argument("offset", Element::create(static_cast<std::int64_t>(received)));
            request.argument("data", piece_at(received));
        }
        answer = ask(request);
    }
    bar.say("");
    return answer ? show(request, answer) : exit_failed;
}

ExitStatus stop_service(const Request& request) {
    auto answer = ask(request);
    if (!answer || !is_good(answer)) {
        return answer ? show(request, answer) : exit_failed;
    }
    ProgressBar bar("stopping");
    Request status = request;
    status.ask("tftp-service-status");
    status.arguments.reset();
    while (answer && is_good(answer) && text_of(answer, "state") == "stopping") {
        bar.say("stopping: " + std::to_string(number_of(answer, "transfers") + number_of(answer, "http-connections")) +
                " transfers under way, " + std::to_string(number_of(answer, "seconds-left")) + " s left");
        std::this_thread::sleep_for(look_again);
        answer = ask(status);
    }
    bar.say("");
    if (!answer || request.json) {
        return answer ? show(request, answer) : exit_failed;
    }
    const auto cut = number_of(answer, "cut-off");
    std::cout << "Stopped; " << (cut == 0 ? "every transfer ended by itself" : std::to_string(cut) + " transfers were cut off")
              << ". \"branchlinectl service start\" serves again.\n";
    return exit_done;
}

ExitStatus prewarm_files(Request request) {
    auto answer = ask(request);
    request.arguments.reset();
    ProgressBar bar("prewarming");
    while (answer && is_good(answer) && number_of(answer, "waiting") + number_of(answer, "fetching") > 0) {
        bar.say("prewarming: " + std::to_string(number_of(answer, "present")) + " of " +
                std::to_string(number_of(answer, "count")) + " files, " + std::to_string(number_of(answer, "bytes") / 1000) +
                " kB");
        std::this_thread::sleep_for(look_again);
        answer = ask(request);
    }
    bar.say("");
    if (!answer) {
        return exit_failed;
    }
    const auto status = show(request, answer);
    return status == exit_done && number_of(answer, "missing") + number_of(answer, "failed") > 0 ? exit_failed : status;
}

}  // namespace branchline
