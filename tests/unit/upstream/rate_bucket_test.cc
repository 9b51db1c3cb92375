#include "tftpd/upstream/rate_bucket.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(RateBucket) {
    TimePoint now{1000h};
};

TEST(RateBucket, NothingTakenIsNoDebt) {
    const RateBucket bucket(64);
    CHECK(bucket.free_at() <= now);
}

TEST(RateBucket, BytesAreADebtThatIsPaidAtTheRate) {
    RateBucket bucket(64);  // 8000 bytes a second
    bucket.took(4000, now);
    CHECK(bucket.free_at() == now + 500ms);
    bucket.took(4000, now + 100ms);
    CHECK(bucket.free_at() == now + 1000ms);
}

TEST(RateBucket, IdleTimeIsNotSavedUp) {
    RateBucket bucket(64);
    bucket.took(8000, now);
    bucket.took(8000, now + 1h);
    CHECK(bucket.free_at() == now + 1h + 1s);
}

TEST(RateBucket, ClusterKeepsItsBucketUntilItsLimitChanges) {
    RateTable table;
    Cluster cluster;
    cluster.id = "hq";
    CHECK(table.of(cluster) == nullptr);
    cluster.rate_limit_kbps = 64;
    const auto bucket = table.of(cluster);
    CHECK(bucket != nullptr);
    CHECK(table.of(cluster) == bucket);
    cluster.rate_limit_kbps = 128;
    CHECK(table.of(cluster) != bucket);
    table.keep_only({});
    CHECK_EQUAL(16000u, table.of(cluster)->bytes_in(1s));
}

TEST(RateBucket, BytesInATimeFollowTheRate) {
    CHECK_EQUAL(2000u, RateBucket(64).bytes_in(250ms));
    CHECK_EQUAL(125'000'000u, RateBucket(1'000'000).bytes_in(1s));
}
