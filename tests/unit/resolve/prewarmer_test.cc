// The run itself, with real servers, is prewarm_test.py's.
#include "tftpd/resolve/prewarmer.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Prewarmer) {
    Prewarm prewarm;
    std::tm now{};

    void setup() override {
        prewarm.minutes = {150, 600};
        prewarm.days.set(1).set(3);
        now.tm_wday = 1;
        now.tm_hour = 2;
        now.tm_min = 30;
    }
};

TEST(Prewarmer, IsDueInItsMinutesOfItsDays) {
    CHECK(is_due(prewarm, now));
    now.tm_sec = 59;
    CHECK(is_due(prewarm, now));
    now.tm_min = 31;
    CHECK_FALSE(is_due(prewarm, now));
    now.tm_hour = 10;
    now.tm_min = 0;
    CHECK(is_due(prewarm, now));
    now.tm_wday = 2;
    CHECK_FALSE(is_due(prewarm, now));
}
