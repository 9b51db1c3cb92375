#include "tftpd/trust/store_text.h"

#include "tftpd/trust/pem.h"

#include <cstdio>

namespace branchline::trust {
namespace {

constexpr std::string_view cluster_word = "# cluster: ";
constexpr std::string_view imported_word = "# imported: ";

std::string said(std::string_view before, std::string_view word) {
    const auto begin = before.rfind(word);
    if (begin == std::string_view::npos) {
        return {};
    }
    const auto rest = before.substr(begin + word.size());
    auto value = rest.substr(0, rest.find('\n'));
    while (value.ends_with('\r') || value.ends_with(' ')) {
        value.remove_suffix(1);
    }
    return std::string(value);
}

// What time_text() writes.
std::optional<WallTime> time_of(const std::string& text) {
    using namespace std::chrono;
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (std::sscanf(text.c_str(), "%4d-%2u-%2u %2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6) {
        return std::nullopt;
    }
    const auto date = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
    return date.ok() ? std::optional(sys_days{date} + hours{hour} + minutes{minute} + seconds{second}) : std::nullopt;
}

}  // namespace

std::string store_text(Store store, const std::vector<StoredCertificate>& content) {
    auto text = "# The certificate store \"" + std::string(name_of(store)) +
                "\". branchline-tftpd replaces this file; use branchlinectl trust import and trust del.\n";
    for (const auto& one : content) {
        text += "\n# " + escaped(one.certificate.subject) + '\n';
        if (!one.cluster.empty()) {
            text += std::string(cluster_word) + one.cluster + '\n';
        }
        if (one.imported) {
            text += std::string(imported_word) + time_text(*one.imported) + '\n';
        }
        text += one.certificate.pem();
    }
    return text;
}

Result<std::vector<StoredCertificate>> parse_store_text(std::string_view text) {
    const auto& [pem_begin, pem_end] = certificate_lines;
    std::vector<StoredCertificate> content;
    std::size_t after = 0;
    for (auto begin = text.find(pem_begin); begin != std::string_view::npos; begin = text.find(pem_begin, after)) {
        const auto number = "certificate " + std::to_string(content.size() + 1) + ": ";
        const auto end = text.find(pem_end, begin);
        if (end == std::string_view::npos) {
            return Failure{number + "its END line is missing"};
        }
        if (content.size() >= CertificateStores::max_in_store) {
            return Failure{"more than " + std::to_string(CertificateStores::max_in_store) + " certificates"};
        }
        auto parsed = Certificate::parse_file(as_bytes(text.substr(begin, end + pem_end.size() - begin)));
        if (!parsed) {
            return Failure{number + parsed.error().text};
        }
        const auto before = text.substr(after, begin - after);
        auto fingerprint = parsed->front().fingerprint();
        content.push_back({.certificate = std::move(parsed->front()),
                           .fingerprint = std::move(fingerprint),
                           .cluster = said(before, cluster_word),
                           .imported = time_of(said(before, imported_word))});
        after = end + pem_end.size();
    }
    return content;
}

}  // namespace branchline::trust
