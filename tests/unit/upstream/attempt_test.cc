#include "tftpd/upstream/attempt.h"

#include <CppUTest/TestHarness.h>

using branchline::Progress;
using branchline::TimePoint;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_GROUP(Progress) {
    Progress progress{seconds(3)};
    TimePoint start{seconds(1000)};
    void setup() override {
        progress.start(start);
    }
};

TEST(Progress, AWindowWithTheLeastBytesIsNotCrawling) {
    progress.add(Progress::least_bytes);
    CHECK_FALSE(progress.crawls(start + seconds(3)));
}

TEST(Progress, AWindowWithOneByteLessIsCrawling) {
    progress.add(Progress::least_bytes - 1);
    CHECK_TRUE(progress.crawls(start + seconds(3)));
}

TEST(Progress, NothingIsSaidBeforeTheWindowEnds) {
    CHECK_FALSE(progress.crawls(start + seconds(3) - milliseconds(1)));
    CHECK_TRUE(progress.crawls(start + seconds(3)));
}

TEST(Progress, EachWindowCountsAnew) {
    progress.add(10 * Progress::least_bytes);
    CHECK_FALSE(progress.crawls(start + seconds(3)));
    CHECK_TRUE(progress.ends() == start + seconds(6));
    CHECK_TRUE(progress.crawls(start + seconds(6)));
}

TEST_GROUP(HostAndPort){};

TEST(HostAndPort, Ipv6IsBracketedAndLosesItsZone) {
    STRCMP_EQUAL("192.0.2.10:69", branchline::host_and_port(boost::asio::ip::make_address("192.0.2.10"), 69).c_str());
    STRCMP_EQUAL("[2001:db8::10]:6970", branchline::host_and_port(boost::asio::ip::make_address("2001:db8::10"), 6970).c_str());
    STRCMP_EQUAL("[fe80::1]:6970", branchline::host_and_port(boost::asio::ip::make_address("fe80::1%1"), 6970).c_str());
}
