// What stands in front of a cached file, as a disk or an intruder may have left it: it is taken only if it is, byte for byte,
// what encode() would write.
//
//   input | flags | the record's bytes |        flag 1: put right magic, sizes and digest first, so that the fields behind
//                                               them are reached
#include "tests/fuzz/targets.h"
#include "tftpd/store/cache_record.h"

#include <algorithm>

namespace branchline::fuzz {
namespace {

constexpr std::size_t fields = 64;       // bytes that the digest covers, beside name and cluster
constexpr std::size_t names_start = 96;  // name, then cluster

std::size_t number_at(const Bytes& record, std::size_t at) {
    return std::size_t{record[at]} << 8 | record[at + 1];
}

/// As an intruder would who knows the layout.
void put_right(Bytes& record) {
    record.resize(CacheRecord::size_on_disk);
    constexpr std::string_view start("BRLCACHE\0\1", 10);
    std::copy(start.begin(), start.end(), record.begin());
    const auto end = std::min(names_start + number_at(record, 10) + number_at(record, 12), record.size());
    Sha256Sum sum;
    sum.add(ByteView(record).first(fields));
    sum.add(ByteView(record).subspan(names_start, end - names_start));
    const auto digest = sum.finish();
    std::copy(digest.begin(), digest.end(), record.begin() + fields);
}

}  // namespace

void cache_record(ByteView bytes) {
    Input input(bytes);
    const auto flags = input.byte();
    auto record = Bytes(bytes.begin() + (bytes.empty() ? 0 : 1), bytes.end());
    if ((flags & 1) != 0) {
        put_right(record);
    }
    const auto read = CacheRecord::parse(record);
    if (!read) {
        return;
    }
    must(!read->name.empty() && read->name.size() <= CacheRecord::max_name, "a name is bounded");
    must(read->cluster.size() <= CacheRecord::max_cluster, "a cluster's name is bounded");
    const auto written = read->encode();
    must(written && *written == record, "what is taken is what would be written");
}

}  // namespace branchline::fuzz
