#include "tftpd/trust/expiry_watch.h"

#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using std::chrono::days;
using std::chrono::seconds;

TEST_GROUP(ExpiryWatch) {
    StoredCertificates stored;
    WallTime end = samples::alice().certificate().not_after;
    ExpiryWatch watch;

    void setup() override {
        const auto& certificate = samples::alice().certificate();
        stored.stores[0].push_back(
            {.certificate = certificate, .fingerprint = certificate.fingerprint(), .cluster = "hq", .imported = samples::noon});
    }
    std::size_t told(WallTime time) {
        return watch.news(stored, {}, time).size();
    }
};

TEST(ExpiryWatch, EachStepIsToldOnce) {
    LONGS_EQUAL(0, told(end - days{90} - seconds{1}));
    for (const auto step : {days{90}, days{30}, days{7}, days{0}}) {
        LONGS_EQUAL(0, told(end - step - seconds{1}));
        LONGS_EQUAL(1, told(end - step));
        LONGS_EQUAL(0, told(end - step + seconds{1}));
    }
    LONGS_EQUAL(0, told(end + days{400}));
}

TEST(ExpiryWatch, AFreshStartTellsOnlyTheLastStep) {
    const auto news = watch.news(stored, {}, end - days{5});
    LONGS_EQUAL(1, news.size());
    LONGS_EQUAL(5, news[0].days);
    CHECK_EQUAL(std::string("callmanager"), news[0].store);
    CHECK_EQUAL(std::string("alice"), news[0].name);
    CHECK_EQUAL(std::string("hq"), news[0].cluster);
    LONGS_EQUAL(0, told(end - days{4}));
}

TEST(ExpiryWatch, WhatHasEndedHasNegativeDays) {
    LONGS_EQUAL(-1, ExpiryWatch::endings(stored, {}, end + seconds{1})[0].days);
}

TEST(ExpiryWatch, WhatWasDeletedAndCameBackIsToldAgain) {
    LONGS_EQUAL(1, told(end - days{5}));
    const auto kept = std::exchange(stored.stores[0], {});
    LONGS_EQUAL(0, told(end - days{5}));
    stored.stores[0] = kept;
    LONGS_EQUAL(1, told(end - days{5}));
}

TEST(ExpiryWatch, OurOwnAreWatchedTooAndTheSoonestComesFirst) {
    const auto& certificate = samples::bob().certificate();
    const std::vector<ExpiryWatch::Own> own{{"https", certificate}};
    const auto all = ExpiryWatch::endings(stored, own, std::max(end, certificate.not_after));
    LONGS_EQUAL(2, all.size());
    CHECK(all[0].not_after <= all[1].not_after);
}

TEST(ExpiryWatch, AClockThatWasNeverSetTellsNothing) {
    LONGS_EQUAL(0, told(WallTime{}));
    stored.stores[0][0].certificate.not_after = ExpiryWatch::earliest_time - days{1};
    LONGS_EQUAL(0, told(ExpiryWatch::earliest_time - seconds{1}));
    LONGS_EQUAL(1, told(ExpiryWatch::earliest_time));
}
