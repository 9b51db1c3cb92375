#include "tftpd/trust/certificate.h"

#include "tftpd/trust/distinguished_name.h"
#include "tftpd/trust/error_text.h"
#include "tftpd/trust/pem.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace branchline::trust {
namespace {

// The beginning of a PFX (RFC 7292 4): SEQUENCE { INTEGER 3, … }; its length is two bytes in any real file.
constexpr std::array<std::uint8_t, 3> pkcs12_version{0x02, 0x01, 0x03};

class Parsed {
public:
    Parsed() { mbedtls_x509_crt_init(&certificate_); }
    ~Parsed() { mbedtls_x509_crt_free(&certificate_); }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;
    mbedtls_x509_crt* get() { return &certificate_; }
    const mbedtls_x509_crt* operator->() const { return &certificate_; }

private:
    mbedtls_x509_crt certificate_{};
};

Bytes copy(const mbedtls_x509_buf& buffer) {
    return Bytes(buffer.p, buffer.p + buffer.len);
}

WallTime wall_time(const mbedtls_x509_time& time) {
    using namespace std::chrono;
    return sys_days{year{time.year} / time.mon / time.day} + hours{time.hour} + minutes{time.min} + seconds{time.sec};
}

bool is_pkcs12(ByteView bytes) {
    return bytes.size() > 7 && bytes[0] == 0x30 && bytes[1] == 0x82 &&
           std::equal(pkcs12_version.begin(), pkcs12_version.end(), bytes.begin() + 4);
}

std::string common_name(const mbedtls_x509_name& name) {
    for (const auto* one = &name; one != nullptr; one = one->next) {
        if (as_text(ByteView(one->oid.p, one->oid.len)) == MBEDTLS_OID_AT_CN) {
            return std::string(as_text(ByteView(one->val.p, one->val.len)));
        }
    }
    return {};
}

}  // namespace

Result<Certificate> Certificate::parse_der(ByteView der) {
    if (der.empty() || der.size() > max_size) {
        return Failure{"a certificate of " + std::to_string(der.size()) + " bytes; it may have 1 to " +
                       std::to_string(max_size)};
    }
    Parsed parsed;
    if (const auto error = mbedtls_x509_crt_parse_der(parsed.get(), der.data(), der.size()); error != 0) {
        return Failure{"no X.509 certificate in DER: " + error_text(error)};
    }
    if (parsed->raw.len != der.size()) {
        return Failure{"something follows the certificate"};
    }
    auto subject = cisco_name(parsed->subject);
    auto issuer = cisco_name(parsed->issuer);
    if (subject.find('\0') != std::string::npos || issuer.find('\0') != std::string::npos) {
        return Failure{"the certificate's subject or issuer has a NUL inside"};
    }
    auto key = PublicKey::parse(ByteView(parsed->pk_raw.p, parsed->pk_raw.len));
    if (!key) {
        return key.error();
    }
    const auto serial = without_leading_zeros({parsed->serial.p, parsed->serial.len});
    return Certificate{.der = Bytes(der.begin(), der.end()),
                       .subject = std::move(subject),
                       .issuer = std::move(issuer),
                       .common_name = branchline::trust::common_name(parsed->subject),
                       .serial = Bytes(serial.begin(), serial.end()),
                       .not_before = wall_time(parsed->valid_from),
                       .not_after = wall_time(parsed->valid_to),
                       .key = *std::move(key),
                       .signature = copy(parsed->MBEDTLS_PRIVATE(sig))};
}

Result<std::vector<Certificate>> Certificate::parse_file(ByteView bytes) {
    if (bytes.size() > max_bundle) {
        return Failure{"the file has " + std::to_string(bytes.size()) + " bytes; a bundle of certificates may have " +
                       std::to_string(max_bundle)};
    }
    std::vector<Certificate> all;
    const auto text = as_text(bytes);
    const auto& [pem_begin, pem_end] = certificate_lines;
    if (text.find(pem_begin) == std::string_view::npos) {
        auto one = parse_der(bytes);
        if (!one && is_pkcs12(bytes)) {
            return Failure{
                "this is PKCS#12, which cannot be read here. Take the certificates out of it with: openssl pkcs12 -in FILE "
                "-nokeys -out certificates.pem"};
        }
        if (!one) {
            return one.error();
        }
        all.push_back(*std::move(one));
        return all;
    }
    for (auto begin = text.find(pem_begin); begin != std::string_view::npos; begin = text.find(pem_begin, begin + 1)) {
        const auto number = "certificate " + std::to_string(all.size() + 1) + ": ";
        const auto end = text.find(pem_end, begin);
        if (end == std::string_view::npos) {
            return Failure{number + "its END line is missing"};
        }
        if (all.size() >= max_in_bundle) {
            return Failure{"more than " + std::to_string(max_in_bundle) + " certificates in one file"};
        }
        const auto der = der_of_pem(text.substr(begin, end + pem_end.size() - begin), certificate_lines);
        if (!der) {
            return Failure{number + der.error().text};
        }
        auto one = parse_der(*der);
        if (!one) {
            return Failure{number + one.error().text};
        }
        all.push_back(*std::move(one));
    }
    return all;
}

std::string Certificate::pem() const {
    return pem_of(der, certificate_lines);
}

std::string Certificate::fingerprint() const {
    return hex(hash(Digest::sha256, {der}));
}

std::string time_text(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

}  // namespace branchline::trust
