#include "tftpd/http/process_metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ProcessMetrics){};

TEST(ProcessMetrics, TheKernelTellsAll) {
    const auto figures = process_figures();
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    CHECK(figures.started > 0 && figures.started <= now);
    CHECK(figures.resident_bytes > 1'000'000);
    CHECK(figures.descriptor_limit >= figures.open_descriptors);
}

TEST(ProcessMetrics, AnOpenDescriptorIsCounted) {
    const auto before = process_figures().open_descriptors;
    const int opened = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    LONGS_EQUAL(before + 1, process_figures().open_descriptors);
    ::close(opened);
    LONGS_EQUAL(before, process_figures().open_descriptors);
}
