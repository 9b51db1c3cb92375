#include "tftpd/app/certificate_watch.h"

#include "tests/unit/trust/samples.h"

#include <log/logger_support.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using trust::Store;

TEST_GROUP(CertificateWatch) {
    std::filesystem::path scratch;

    void setup() override {
        if (!isc::log::isLoggingInitialized()) {
            isc::log::initLogger("unit", isc::log::NONE);
        }
        std::string name = (std::filesystem::temp_directory_path() / "branchline-watch-XXXXXX").string();
        scratch = ::mkdtemp(name.data());
    }
    void teardown() override {
        std::filesystem::remove_all(scratch);
    }
};

TEST(CertificateWatch, LooksOnceAnHourAndWhenAStoreHasChanged) {
    trust::CertificateStores stores(scratch);
    CertificateWatch watch(stores);
    const TimePoint start{};
    const auto end = trust::samples::alice().certificate().not_after;
    LONGS_EQUAL(0, watch.look(start, end));
    CHECK(static_cast<bool>(stores.import(Store::tvs, "", trust::samples::alice().certificate().der, end)));
    LONGS_EQUAL(1, watch.look(start + 1s, end - 60 * 24h));
    LONGS_EQUAL(0, watch.look(start + 1min, end - 10 * 24h));  // 30 days are passed, and it is not yet time to look
    LONGS_EQUAL(1, watch.look(start + 1s + CertificateWatch::interval, end - 10 * 24h));
}
