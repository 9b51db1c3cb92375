#include "tftpd/phones/strangers.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using std::chrono::hours;
using std::chrono::seconds;

TEST_GROUP(Strangers) {
    Strangers strangers;
    TimePoint now = TimePoint{} + hours(100);
};

TEST(Strangers, EachIsToldOfOnceAnHour) {
    CHECK(strangers.seen("192.0.2.66", "", now));
    CHECK(strangers.seen("192.0.2.67", "", now));
    CHECK_FALSE(strangers.seen("192.0.2.66", "", now + hours(1) - seconds(1)));
    CHECK(strangers.seen("192.0.2.66", "", now + hours(1)));
    CHECK_FALSE(strangers.seen("192.0.2.66", "", now + hours(1)));
}

TEST(Strangers, ForgedOnesFillNeitherMemoryNorLog) {
    std::size_t told = 0;
    for (std::size_t i = 0; i < Strangers::most + 10; ++i) {
        told += strangers.seen("192.0.2." + std::to_string(i), "", now) ? 1 : 0;
    }
    CHECK_EQUAL(Strangers::most, told);
    CHECK_EQUAL(Strangers::most, strangers.all(now).size());
    CHECK(strangers.seen("198.51.100.1", "", now + hours(24)));  // the others were not seen for a day
}

TEST(Strangers, ThoseOfTheLastDayAreListedWithThePhone) {
    strangers.seen("192.0.2.66", "00:11:22:33:44:55", now);
    strangers.seen("192.0.2.66", "", now + hours(1));
    const auto listed = strangers.all(now + hours(25) - seconds(1));
    CHECK_EQUAL(1U, listed.size());
    CHECK_EQUAL(std::string("00:11:22:33:44:55"), listed[0].phone);
    CHECK(listed[0].seen == now + hours(1));
    CHECK(strangers.all(now + hours(25)).empty());
}
