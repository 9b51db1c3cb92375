#include "tftpd/resolve/loop_watch.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {
const TimePoint start{std::chrono::hours(1)};
IpAddress address(const char* text) {
    return boost::asio::ip::make_address(text);
}
}  // namespace

TEST_GROUP(LoopWatch) {
    LoopWatch watch;
};

TEST(LoopWatch, WhoNeverAskedIsNotKnown) {
    CHECK(!watch.when(address("192.0.2.1"), start));
}

TEST(LoopWatch, TheFirstQuestionIsNewsTheSecondIsNot) {
    CHECK(watch.asked(address("192.0.2.1"), start));
    CHECK(!watch.asked(address("192.0.2.1"), start + std::chrono::seconds(5)));
    CHECK(watch.asked(address("192.0.2.2"), start));
    CHECK(watch.when(address("192.0.2.1"), start + std::chrono::seconds(9)) == start + std::chrono::seconds(5));
}

TEST(LoopWatch, AMappedAddressIsTheSamePeer) {
    watch.asked(address("::ffff:192.0.2.1"), start);
    CHECK(watch.when(address("192.0.2.1"), start).has_value());
}

TEST(LoopWatch, AfterADayOfSilenceItIsForgotten) {
    watch.asked(address("192.0.2.1"), start);
    CHECK(watch.when(address("192.0.2.1"), start + LoopWatch::remembered - std::chrono::seconds(1)).has_value());
    CHECK(!watch.when(address("192.0.2.1"), start + LoopWatch::remembered).has_value());
    CHECK(watch.asked(address("192.0.2.1"), start + LoopWatch::remembered));
}

TEST(LoopWatch, ManyPeersPushOutTheEldest) {
    for (unsigned i = 0; i <= LoopWatch::max_peers; ++i) {
        watch.asked(boost::asio::ip::address_v4(0x0a000000 + i), start);
    }
    CHECK(!watch.when(address("10.0.0.0"), start).has_value());
    CHECK(watch.when(address("10.0.0.1"), start).has_value());
}
