// What stands in front of the bytes of a cached file, so that a copy that survived a restart can be trusted or thrown away.
//
//      0  8  "BRLCACHE"                      32 32  SHA-256 of the file's bytes
//      8  2  version, 1                      64 32  SHA-256 of bytes 0..63, the name and the cluster
//     10  2  bytes of the name               96     the name, then the cluster
//     12  2  bytes of the cluster                   zeros up to 1024
//     14  2  0                             1024     the file's bytes, to the end
//     16  8  bytes of the file
//     24  8  fetched, seconds since the epoch                                       (numbers in network order)
#pragma once

#include "tftpd/base/bytes.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace branchline {

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of bytes that come in parts.
class Sha256Sum {
public:
    Sha256Sum();
    ~Sha256Sum();
    Sha256Sum(const Sha256Sum&) = delete;
    Sha256Sum& operator=(const Sha256Sum&) = delete;
    void add(ByteView part);
    [[nodiscard]] Sha256 finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

Sha256 sha256(ByteView bytes);

struct CacheRecord {
    static constexpr std::size_t size_on_disk = 1024;
    static constexpr std::size_t max_name = 255;
    static constexpr std::size_t max_cluster = 512;

    std::string name;     ///< as it was asked
    std::string cluster;  ///< cluster-id of where it came from
    std::uint64_t size = 0;
    std::int64_t fetched = 0;  ///< wall clock, seconds since the epoch
    Sha256 digest{};

    /// The record as it stands in front of the file; nothing if name or cluster are too long for it.
    [[nodiscard]] std::optional<Bytes> encode() const;
    /// Nothing unless every byte of the record is as encode() would write it.
    static std::optional<CacheRecord> parse(ByteView bytes);

    /// The cache file's name for a file name's key: hexadecimal digits of its SHA-256, and ".file".
    static std::string file_name(const std::string& key);
};

}  // namespace branchline
