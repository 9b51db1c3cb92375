#include "tftpd/store/cache_record.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

CacheRecord sample() {
    CacheRecord record;
    record.name = "SEP001122334455.cnf.xml";
    record.cluster = "hq-east";
    record.size = 0x0102030405;
    record.fetched = 1'700'000'000;
    record.digest = sha256(as_bytes("text"));
    return record;
}

}  // namespace

TEST_GROUP(CacheRecord){};

TEST(CacheRecord, WhatIsWrittenIsRead) {
    const auto record = CacheRecord::parse(*sample().encode());
    CHECK(record.has_value());
    CHECK_EQUAL(sample().name, record->name);
    CHECK_EQUAL(sample().cluster, record->cluster);
    CHECK_EQUAL(sample().size, record->size);
    CHECK_EQUAL(sample().fetched, record->fetched);
    CHECK(sample().digest == record->digest);
}

TEST(CacheRecord, EveryChangedBitIsNoticed) {
    const auto good = *sample().encode();
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            auto bad = good;
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1u << bit));
            CHECK_TEXT(!CacheRecord::parse(bad), std::to_string(at).c_str());
        }
    }
}

TEST(CacheRecord, AnyOtherLengthIsRefused) {
    auto bytes = *sample().encode();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK(!CacheRecord::parse(ByteView(bytes).first(size)));
    }
    bytes.push_back(0);
    CHECK(!CacheRecord::parse(bytes));
}

TEST(CacheRecord, NameAndClusterHaveTheirLimits) {
    auto record = sample();
    record.name = std::string(CacheRecord::max_name, 'n');
    record.cluster = std::string(CacheRecord::max_cluster, 'c');
    CHECK(CacheRecord::parse(*record.encode())->cluster == record.cluster);
    record.name += 'n';
    CHECK(!record.encode());
    record = sample();
    record.cluster = std::string(CacheRecord::max_cluster + 1, 'c');
    CHECK(!record.encode());
    record = sample();
    record.name.clear();
    CHECK(!record.encode());
}

// FIPS 180-4, the "abc" example, in two parts.
TEST(CacheRecord, DigestIsSha256) {
    Sha256Sum sum;
    sum.add(as_bytes("a"));
    sum.add(as_bytes("bc"));
    const auto digest = sum.finish();
    CHECK(digest == sha256(as_bytes("abc")));
    CHECK_EQUAL(0xba, digest[0]);
    CHECK_EQUAL(0x78, digest[1]);
    CHECK_EQUAL(0xad, digest[31]);
}

TEST(CacheRecord, FileNameHasNothingOfTheName) {
    const auto name = CacheRecord::file_name("a/../b");
    CHECK_EQUAL(45u, name.size());
    CHECK(name.find_first_not_of("0123456789abcdef.file") == std::string::npos);
    CHECK(name != CacheRecord::file_name("a/b"));
}
