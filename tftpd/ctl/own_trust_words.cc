#include "tftpd/ctl/own_trust_words.h"

#include "tftpd/ctl/rows.h"

#include <util/encode/encode.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <vector>

namespace branchline {

using isc::data::ConstElementPtr;

namespace {

std::string steps_text(const ConstElementPtr& arguments, const std::string& file) {
    auto shown = file + ": " + text(arguments, "subject") + ", " + text(arguments, "key") + ", until " +
                 text(arguments, "not-after").substr(0, 10) + "\n  SHA-256  " + text(arguments, "fingerprint") + "\n";
    std::size_t number = 0;
    for (const auto& step : elements(arguments, "steps")) {
        shown += std::to_string(++number) + ". " + step->stringValue() + '\n';
    }
    return shown;
}

}  // namespace

std::string trust_check_text(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"FILE", "FROM", "VERDICT", "SIGNED BY", "BECAUSE"}};
    std::vector<std::pair<std::string, std::string>> remedies;  // and the first file that needs it
    for (const auto& one : elements(arguments, "files")) {
        rows.push_back({text(one, "file"), text(one, "from"), text(one, "verdict"), text(one, "signer"), text(one, "reason")});
        const auto remedy = text(one, "remedy");
        const auto known =
            std::any_of(remedies.begin(), remedies.end(), [&](const auto& other) { return other.first == remedy; });
        if (!remedy.empty() && !known) {
            remedies.emplace_back(remedy, text(one, "file"));
        }
    }
    auto shown = "home cluster " + text(arguments, "home") + ", ITL " + (flag(arguments, "itl") ? "known" : "not known") +
                 ", CTL " + (flag(arguments, "ctl") ? "known" : "not known") + '\n' + table(rows);
    for (const auto& [remedy, file] : remedies) {
        shown += "For " + file + ": " + remedy + ".\n";
    }
    return shown;
}

bool names_a_phone(std::string text) {
    for (const char* prefix : {"SEP", "sep", "ATA", "ata"}) {
        if (text.starts_with(prefix)) {
            text.erase(0, 3);
            break;
        }
    }
    std::erase_if(text, [](char letter) { return letter == ':' || letter == '-' || letter == '.'; });
    return text.size() == 12 &&
           std::all_of(text.begin(), text.end(), [](unsigned char letter) { return std::isxdigit(letter) != 0; });
}

ExitStatus export_certificate(Request request, const std::string& file, bool der) {
    const auto answer = ask(request);
    const auto arguments = answer ? member(answer, "arguments") : nullptr;
    if (!answer || !arguments || !member(arguments, "pem")) {
        return answer ? show(request, answer) : exit_failed;
    }
    std::string content = member(arguments, "pem")->stringValue();
    if (der) {
        std::vector<std::uint8_t> bytes;
        isc::util::encode::decodeBase64(text(arguments, "data"), bytes);
        content.assign(bytes.begin(), bytes.end());
    }
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << content << std::flush;
    if (!out) {
        std::cerr << "branchlinectl: " << file << ": " << std::strerror(errno) << '\n';
        return exit_failed;
    }
    request.show = [file](const ConstElementPtr& all) { return steps_text(all, file); };
    return show(request, answer);
}

std::string own_list_text(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"ROLE", "HOST", "KEY", "SUBJECT"}};
    for (const auto& one : elements(arguments, "records")) {
        const auto host = text(one, "host");
        rows.push_back({text(one, "role"), host.empty() ? "-" : host, text(one, "key"), text(one, "subject")});
    }
    return text(arguments, "file") + ": " + std::to_string(number(arguments, "bytes")) + " bytes, signed by " +
           text(arguments, "signer") + "\n  MD5    " + text(arguments, "md5") + "\n  SHA-1  " + text(arguments, "sha1") + "\n" +
           table(rows);
}

}  // namespace branchline
