#include "tftpd/tftp/round_trip.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

long ms(Duration duration) {
    return static_cast<long>(std::chrono::duration_cast<milliseconds>(duration).count());
}

}  // namespace

TEST_GROUP(RoundTrip){};

TEST(RoundTrip, BeforeTheFirstSampleTheInitialWaitHolds) {
    const RoundTrip round_trip;
    CHECK_FALSE(round_trip.measured());
    CHECK_EQUAL(1000, ms(round_trip.wait(0)));
    CHECK_EQUAL(2000, ms(round_trip.wait(1)));
    CHECK_EQUAL(4000, ms(round_trip.wait(2)));
}

TEST(RoundTrip, TheFirstSampleCountsThreefold) {
    RoundTrip round_trip;
    round_trip.sample(milliseconds(100));
    CHECK(round_trip.measured());
    CHECK_EQUAL(100, ms(round_trip.smoothed()));
    CHECK_EQUAL(300, ms(round_trip.wait(0)));  // 100 + 4 * 50
}

TEST(RoundTrip, LaterSamplesAreSmoothedAsRfc6298Says) {
    RoundTrip round_trip;
    round_trip.sample(milliseconds(80));
    round_trip.sample(milliseconds(160));
    CHECK_EQUAL(90, ms(round_trip.smoothed()));  // 7/8 * 80 + 1/8 * 160
    CHECK_EQUAL(290, ms(round_trip.wait(0)));    // variation 3/4 * 40 + 1/4 * 80 = 50
}

TEST(RoundTrip, WaitsDoubleUpToTheCeiling) {
    RoundTrip round_trip;
    round_trip.sample(milliseconds(100));
    CHECK_EQUAL(600, ms(round_trip.wait(1)));
    CHECK_EQUAL(4800, ms(round_trip.wait(4)));
    CHECK_EQUAL(8000, ms(round_trip.wait(5)));
    CHECK_EQUAL(8000, ms(round_trip.wait(4000000000u)));
}

TEST(RoundTrip, AFastPeerIsGivenTheCarefulFloorUntilItIsWellKnown) {
    RoundTrip round_trip;
    for (unsigned i = 0; i < RoundTrip::settled_samples - 1; ++i) {
        round_trip.sample(milliseconds(1));
        CHECK_EQUAL(100, ms(round_trip.wait(0)));
    }
    round_trip.sample(milliseconds(1));
    CHECK_EQUAL(20, ms(round_trip.wait(0)));
}

TEST(RoundTrip, TheSettledFloorNeverLiesAboveTheCarefulOne) {
    RoundTrip round_trip({milliseconds(1000), milliseconds(10), seconds(8), milliseconds(25)});
    for (unsigned i = 0; i < RoundTrip::settled_samples; ++i) {
        round_trip.sample(milliseconds(1));
    }
    CHECK_EQUAL(10, ms(round_trip.wait(0)));
}

TEST(RoundTrip, SamplesOutOfReasonAreCut) {
    RoundTrip round_trip;
    round_trip.sample(milliseconds(-5));
    CHECK_EQUAL(0, ms(round_trip.smoothed()));
    RoundTrip other;
    other.sample(std::chrono::hours(1));
    CHECK_EQUAL(8000, ms(other.smoothed()));
}

TEST(RoundTrip, TheFirstWaitStaysBelowThePeersOwnTimer) {
    RoundTrip round_trip;
    round_trip.sample(milliseconds(1000));
    CHECK_EQUAL(400, ms(round_trip.wait(0)));
    CHECK_EQUAL(800, ms(round_trip.wait(1)));
}

TEST(RoundTrip, AnAnswerFitsIfItComesWhenOneIsDue) {
    RoundTrip round_trip;
    CHECK_FALSE(round_trip.fits(milliseconds(1)));  // nothing is known yet
    round_trip.sample(milliseconds(20));            // due between 10 and 20 + 4 * 10 + 2 ms
    CHECK_FALSE(round_trip.fits(milliseconds(9)));
    CHECK(round_trip.fits(milliseconds(10)));
    CHECK(round_trip.fits(milliseconds(62)));
    CHECK_FALSE(round_trip.fits(milliseconds(63)));
}
