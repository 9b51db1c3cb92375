#include "tftpd/trust/distinguished_name.h"

#include "tftpd/base/bytes.h"
#include "tftpd/base/letters.h"

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>

#include <algorithm>
#include <array>
#include <vector>

namespace branchline::trust {
namespace {

struct Part {
    std::string_view word;
    std::string_view oid;
};
constexpr std::array<Part, 6> cisco_order{{{"CN", MBEDTLS_OID_AT_CN},
                                           {"OU", MBEDTLS_OID_AT_ORG_UNIT},
                                           {"O", MBEDTLS_OID_AT_ORGANIZATION},
                                           {"L", MBEDTLS_OID_AT_LOCALITY},
                                           {"ST", MBEDTLS_OID_AT_STATE},
                                           {"C", MBEDTLS_OID_AT_COUNTRY}}};

std::string_view bytes_as_text(const mbedtls_asn1_buf& buffer) {
    return as_text(ByteView(buffer.p, buffer.len));
}

const Part* part_of(const mbedtls_asn1_named_data& one) {
    const auto* found = std::find_if(cisco_order.begin(), cisco_order.end(),
                                     [&](const Part& part) { return part.oid == bytes_as_text(one.oid); });
    return found == cisco_order.end() ? nullptr : found;
}

void append(std::string& name, std::string_view word, const mbedtls_asn1_buf& value) {
    name += name.empty() ? "" : ";";
    name += word;
    name += '=';
    name += bytes_as_text(value);
}

// The parts of a name, each without blanks and quotes around it, in lower case and in order.
std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> parts(1);
    for (const char letter : name) {
        if (letter == ';' || letter == ',') {
            parts.emplace_back();
        } else if (letter != '"' && letter != '\\') {
            parts.back() += to_lower(letter);
        }
    }
    for (auto& part : parts) {
        part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
        part.erase(part.find_last_not_of(' ') + 1);
    }
    std::erase(parts, "");
    std::sort(parts.begin(), parts.end());
    return parts;
}

}  // namespace

std::string cisco_name(const mbedtls_asn1_named_data& name) {
    std::string text;
    for (const auto& part : cisco_order) {
        for (const auto* one = &name; one != nullptr; one = one->next) {
            if (part_of(*one) == &part) {
                append(text, part.word, one->val);
            }
        }
    }
    for (const auto* one = &name; one != nullptr; one = one->next) {
        const char* word = nullptr;
        if (one->oid.len > 0 && part_of(*one) == nullptr && mbedtls_oid_get_attr_short_name(&one->oid, &word) == 0) {
            append(text, word, one->val);
        }
    }
    return text;
}

bool same_name(std::string_view left, std::string_view right) {
    return parts_of(left) == parts_of(right);
}

std::string comparable_name(std::string_view name) {
    std::string text;
    for (const auto& part : parts_of(name)) {
        text += part + ';';
    }
    return text;
}

}  // namespace branchline::trust
