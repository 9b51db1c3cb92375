#include "tftpd/ctl/certificate_words.h"

#include "tftpd/ctl/file_bytes.h"
#include "tftpd/ctl/rows.h"
#include "tftpd/trust/certificate.h"

#include <util/encode/encode.h>

#include <iostream>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::size_t shown_digits = 16;  // of a fingerprint; enough for "trust del"

std::string end_text(const ConstElementPtr& one) {
    const auto day = text(one, "not-after").substr(0, 10);
    const auto left = number(one, "days-left");
    return left < 0 ? day + " EXPIRED" : left <= 90 ? day + " (" + std::to_string(left) + " d)" : day;
}

}  // namespace

ExitStatus import_certificates(Request request, const std::string& file) {
    const auto bytes = file_bytes(file, trust::Certificate::max_bundle);
    if (!bytes) {
        std::cerr << "branchlinectl: " << bytes.error().text << '\n';
        return exit_failed;
    }
    request.argument("data", Element::create(isc::util::encode::encodeBase64(*bytes)));
    return send(request);
}

std::string identity_text(const ConstElementPtr& arguments) {
    std::string shown;
    for (const auto& one : elements(arguments, "certificates")) {
        shown += table({{"certificate", text(one, "subject")},
                        {"  issuer", text(one, "issuer")},
                        {"  serial", text(one, "serial")},
                        {"  key", text(one, "key")},
                        {"  valid", text(one, "not-before") + " to " + end_text(one)},
                        {"  SHA-256", text(one, "fingerprint")},
                        {"  SHA-1", text(one, "fingerprint-sha1")},
                        {"  file", text(one, "file")}});
    }
    return shown;
}

std::string identity_pem(const ConstElementPtr& arguments) {
    std::string pem;
    for (const auto& one : elements(arguments, "certificates")) {
        const auto part = member(one, "pem");
        pem += part && part->getType() == Element::string ? part->stringValue() : std::string();
    }
    return pem;
}

std::string certificate_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"STORE", "CLUSTER", "SUBJECT", "KEY", "ENDS", "FINGERPRINT"}};
    for (const auto& one : elements(arguments, "certificates")) {
        const auto cluster = text(one, "cluster-id");
        rows.push_back({text(one, "store"), cluster.empty() ? "-" : cluster, text(one, "subject"), text(one, "key"),
                        end_text(one), text(one, "fingerprint").substr(0, shown_digits)});
    }
    auto shown = table(rows);
    if (const auto faults = member(arguments, "unreadable"); faults && faults->getType() == Element::map) {
        for (const auto& [name, fault] : faults->mapValue()) {
            shown += "The store " + name + " cannot be read: " + text(faults, name.c_str()) + '\n';
        }
    }
    return shown;
}

}  // namespace branchline
