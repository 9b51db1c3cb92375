#include "tftpd/base/histogram.h"

#include <numeric>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST_GROUP(Histogram) {
    Histogram histogram;
};

TEST(Histogram, ABoundIsWithinItsStep) {
    histogram.add(milliseconds(5));
    histogram.add(milliseconds(5) + microseconds(1));
    const auto values = histogram.values();
    LONGS_EQUAL(1, values.counts[0]);
    LONGS_EQUAL(1, values.counts[1]);
    LONGS_EQUAL(10001, values.sum.count());
}

TEST(Histogram, WhatIsLongerThanAllBoundsIsCounted) {
    histogram.add(HistogramValues::bounds.back());
    histogram.add(HistogramValues::bounds.back() + microseconds(1));
    const auto values = histogram.values();
    LONGS_EQUAL(1, values.counts[values.counts.size() - 2]);
    LONGS_EQUAL(1, values.counts.back());
    LONGS_EQUAL(2, std::accumulate(values.counts.begin(), values.counts.end(), std::uint64_t{0}));
}

TEST(Histogram, BoundsRise) {
    for (std::size_t i = 1; i < HistogramValues::bounds.size(); ++i) {
        CHECK(HistogramValues::bounds[i - 1] < HistogramValues::bounds[i]);
    }
}
