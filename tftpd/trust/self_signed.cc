#include "tftpd/trust/self_signed.h"

#include "tftpd/trust/error_text.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace branchline::trust {
namespace {

constexpr std::size_t longest_common_name = 64;  // ub-common-name, RFC 5280 appendix A.1
constexpr std::chrono::years lifetime{10};
// A box without a clock battery starts in 1970: its certificate must be good all the same when the time comes.
constexpr WallTime earliest = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr std::size_t serial_size = 16;
constexpr std::size_t largest_certificate = 4096;

std::string x509_time(WallTime time) {
    auto text = time_text(time);
    std::erase_if(text, [](char letter) { return letter < '0' || letter > '9'; });
    return text;
}

mbedtls_x509_san_list alternative(int type, const void* bytes, std::size_t size) {
    mbedtls_x509_san_list one{};
    one.node.type = type;
    one.node.san.unstructured_name.p = static_cast<unsigned char*>(const_cast<void*>(bytes));
    one.node.san.unstructured_name.len = size;
    return one;
}

// Views into `wish`, chained.
std::vector<mbedtls_x509_san_list> alternatives(const SelfSigned& wish) {
    std::vector<mbedtls_x509_san_list> all;
    all.reserve(wish.host_names.size() + wish.addresses.size());
    for (const auto& name : wish.host_names) {
        all.push_back(alternative(MBEDTLS_X509_SAN_DNS_NAME, name.data(), name.size()));
    }
    for (const auto& address : wish.addresses) {
        all.push_back(alternative(MBEDTLS_X509_SAN_IP_ADDRESS, address.data(), address.size()));
    }
    for (std::size_t i = 1; i < all.size(); ++i) {
        all[i - 1].next = &all[i];
    }
    return all;
}

mbedtls_asn1_sequence purpose(const char* oid, std::size_t size, mbedtls_asn1_sequence* next) {
    mbedtls_asn1_sequence one{};
    one.buf.tag = MBEDTLS_ASN1_OID;
    one.buf.p = reinterpret_cast<unsigned char*>(const_cast<char*>(oid));
    one.buf.len = size;
    one.next = next;
    return one;
}

unsigned usage_of(const mbedtls_pk_context& key) {
    constexpr unsigned both = MBEDTLS_X509_KU_DIGITAL_SIGNATURE | MBEDTLS_X509_KU_KEY_CERT_SIGN;
    const bool enciphers = mbedtls_pk_can_do(&key, MBEDTLS_PK_RSA) != 0;
    return enciphers ? both | MBEDTLS_X509_KU_KEY_ENCIPHERMENT | MBEDTLS_X509_KU_DATA_ENCIPHERMENT : both;
}

}  // namespace

std::string own_subject(std::string host_name) {
    std::erase_if(host_name, [](unsigned char letter) { return std::isalnum(letter) == 0 && letter != '.' && letter != '-'; });
    host_name.resize(std::min(host_name.size(), longest_common_name));
    return "CN=" + (host_name.empty() ? "branchline" : host_name) + ",OU=Phones,O=Branchline";
}

std::pair<WallTime, WallTime> own_validity(WallTime now) {
    const auto from = std::max(now, earliest);
    return {from - std::chrono::days(1), from + lifetime};
}

Result<Bytes> self_signed(mbedtls_pk_context& key, Random& random, const SelfSigned& wish) {
    mbedtls_x509write_cert certificate;
    mbedtls_x509write_crt_init(&certificate);
    std::array<std::uint8_t, serial_size> serial{};
    auto client = purpose(MBEDTLS_OID_CLIENT_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH), nullptr);
    const auto purposes = purpose(MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH), &client);
    const auto names = alternatives(wish);

    int error = mbedtls_ctr_drbg_random(random.get(), serial.data(), serial.size());
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);  // positive, and always of the same length
    mbedtls_x509write_crt_set_version(&certificate, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&certificate, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&certificate, &key);
    mbedtls_x509write_crt_set_issuer_key(&certificate, &key);
    const auto step = [&error](auto&& call) { error = error != 0 ? error : call(); };
    step([&] { return mbedtls_x509write_crt_set_subject_name(&certificate, wish.subject.c_str()); });
    step([&] { return mbedtls_x509write_crt_set_issuer_name(&certificate, wish.subject.c_str()); });
    step([&] { return mbedtls_x509write_crt_set_serial_raw(&certificate, serial.data(), serial.size()); });
    step([&] {
        return mbedtls_x509write_crt_set_validity(&certificate, x509_time(wish.not_before).c_str(),
                                                  x509_time(wish.not_after).c_str());
    });
    step([&] { return mbedtls_x509write_crt_set_key_usage(&certificate, usage_of(key)); });
    step([&] { return mbedtls_x509write_crt_set_ext_key_usage(&certificate, &purposes); });
    step([&] { return mbedtls_x509write_crt_set_subject_key_identifier(&certificate); });
    if (!names.empty()) {
        step([&] { return mbedtls_x509write_crt_set_subject_alternative_name(&certificate, names.data()); });
    }
    Bytes buffer(largest_certificate);
    int size = 0;
    step([&] {
        size = mbedtls_x509write_crt_der(&certificate, buffer.data(), buffer.size(), mbedtls_ctr_drbg_random, random.get());
        return size < 0 ? size : 0;
    });
    mbedtls_x509write_crt_free(&certificate);
    if (error != 0) {
        return Failure{"no certificate could be made for " + wish.subject + ": " + error_text(error)};
    }
    return Bytes(buffer.end() - size, buffer.end());
}

}  // namespace branchline::trust
