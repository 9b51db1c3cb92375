#include "tftpd/store/cache_record.h"

#include <mbedtls/sha256.h>

#include <algorithm>

namespace branchline {
namespace {

constexpr std::string_view magic = "BRLCACHE";
constexpr std::uint16_t version = 1;
constexpr std::size_t name_size_at = 10;
constexpr std::size_t cluster_size_at = 12;
constexpr std::size_t size_at = 16;
constexpr std::size_t fetched_at = 24;
constexpr std::size_t digest_at = 32;
constexpr std::size_t check_at = 64;
constexpr std::size_t text_at = 96;
static_assert(text_at + CacheRecord::max_name + CacheRecord::max_cluster <= CacheRecord::size_on_disk);

void write_u64(ByteSpan bytes, std::size_t offset, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[offset + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    }
}

std::uint64_t read_u64(ByteView bytes, std::size_t offset) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        value = value << 8 | bytes[offset + i];
    }
    return value;
}

}  // namespace

struct Sha256Sum::State {
    mbedtls_sha256_context context;
};

Sha256Sum::Sha256Sum() : state_(std::make_unique<State>()) {
    mbedtls_sha256_init(&state_->context);
    mbedtls_sha256_starts(&state_->context, 0);
}

Sha256Sum::~Sha256Sum() {
    mbedtls_sha256_free(&state_->context);
}

void Sha256Sum::add(ByteView part) {
    mbedtls_sha256_update(&state_->context, part.data(), part.size());
}

Sha256 Sha256Sum::finish() {
    Sha256 digest{};
    mbedtls_sha256_finish(&state_->context, digest.data());
    return digest;
}

Sha256 sha256(ByteView bytes) {
    Sha256Sum sum;
    sum.add(bytes);
    return sum.finish();
}

std::optional<Bytes> CacheRecord::encode() const {
    if (name.empty() || name.size() > max_name || cluster.size() > max_cluster) {
        return std::nullopt;
    }
    Bytes bytes(size_on_disk);
    std::copy(magic.begin(), magic.end(), bytes.begin());
    write_u16(bytes, magic.size(), version);
    write_u16(bytes, name_size_at, static_cast<std::uint16_t>(name.size()));
    write_u16(bytes, cluster_size_at, static_cast<std::uint16_t>(cluster.size()));
    write_u64(bytes, size_at, size);
    write_u64(bytes, fetched_at, static_cast<std::uint64_t>(fetched));
    std::copy(digest.begin(), digest.end(), bytes.begin() + digest_at);
    std::copy(cluster.begin(), cluster.end(), std::copy(name.begin(), name.end(), bytes.begin() + text_at));
    Sha256Sum sum;
    sum.add(ByteView(bytes).first(check_at));
    sum.add(as_bytes(name));
    sum.add(as_bytes(cluster));
    const auto check = sum.finish();
    std::copy(check.begin(), check.end(), bytes.begin() + check_at);
    return bytes;
}

std::optional<CacheRecord> CacheRecord::parse(ByteView bytes) {
    if (bytes.size() != size_on_disk) {
        return std::nullopt;
    }
    const std::size_t name_size = read_u16(bytes, name_size_at);
    const std::size_t cluster_size = read_u16(bytes, cluster_size_at);
    if (name_size > max_name || cluster_size > max_cluster) {
        return std::nullopt;
    }
    CacheRecord record;
    record.name = as_text(bytes.subspan(text_at, name_size));
    record.cluster = as_text(bytes.subspan(text_at + name_size, cluster_size));
    record.size = read_u64(bytes, size_at);
    record.fetched = static_cast<std::int64_t>(read_u64(bytes, fetched_at));
    std::copy_n(bytes.begin() + digest_at, record.digest.size(), record.digest.begin());
    // Writing it again and comparing leaves no field, check or padding byte out.
    const auto again = record.encode();
    if (!again || !std::equal(bytes.begin(), bytes.end(), again->begin())) {
        return std::nullopt;
    }
    return record;
}

std::string CacheRecord::file_name(const std::string& key) {
    static constexpr char digits[] = "0123456789abcdef";
    const auto digest = sha256(as_bytes(key));
    std::string name;
    for (const auto byte : ByteView(digest).first(20)) {
        name += {digits[byte >> 4], digits[byte & 0x0f]};
    }
    return name + ".file";
}

}  // namespace branchline
