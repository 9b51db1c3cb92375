#include "tftpd/app/certificate_watch.h"

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using trust::Store;

TEST_GROUP(CertificateWatch) {
    branchline::test::Scratch scratch;
};

TEST(CertificateWatch, LooksOnceAnHourAndWhenAStoreHasChanged) {
    trust::CertificateStores stores(scratch.path());
    CertificateWatch watch(stores);
    const TimePoint start{};
    const auto end = trust::samples::alice().certificate().not_after;
    LONGS_EQUAL(0, watch.look(nullptr, start, end));
    CHECK(static_cast<bool>(stores.import(Store::tvs, "", trust::samples::alice().certificate().der, end)));
    LONGS_EQUAL(1, watch.look(nullptr, start + 1s, end - 60 * 24h));
    LONGS_EQUAL(0, watch.look(nullptr, start + 1min, end - 10 * 24h));  // 30 days are passed, and it is not yet time to look
    LONGS_EQUAL(1, watch.look(nullptr, start + 1s + CertificateWatch::interval, end - 10 * 24h));
}

TEST(CertificateWatch, TellsOfOurOwnCertificateForTlsToo) {
    trust::CertificateStores stores(scratch / "stores");
    CertificateWatch watch(stores);
    const auto identity = tls::open_identity(
        {.files = {}, .directory = scratch / "https", .host_name = "branch-07", .now = trust::samples::noon});
    CHECK(trust::samples::ok(identity));
    const auto end = (*identity)->front().certificate().not_after;
    LONGS_EQUAL(0, watch.look(*identity, TimePoint{}, end - 100 * 24h));
    LONGS_EQUAL(1, watch.look(*identity, TimePoint{} + CertificateWatch::interval, end - 20 * 24h));
}
