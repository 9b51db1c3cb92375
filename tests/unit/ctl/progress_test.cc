#include "tftpd/ctl/progress.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(Progress){};

TEST(Progress, TheBarFillsWithWhatIsDone) {
    CHECK_EQUAL(std::string("fw.zip  [----------------------------------------]    0 %  0.0/8.0 MB"),
                progress_line("fw.zip", 0, 8'000'000, 0ms, 80));
    CHECK_EQUAL(std::string("fw.zip  [##########----------]   50 %  4.0/8.0 MB  2.0 MB/s"),
                progress_line("fw.zip", 4'000'000, 8'000'000, 2s, 59));
    CHECK_EQUAL(std::string("fw.zip  [########################################]  100 %  8.0/8.0 MB"),
                progress_line("fw.zip", 9'000'000, 8'000'000, 0ms, 80));
}

TEST(Progress, NothingToDoIsAllDone) {
    CHECK(progress_line("x", 0, 0, 0ms, 80).find("100 %") != std::string::npos);
}

TEST(Progress, ANarrowTerminalGetsNoBarAndNoSecondLine) {
    for (std::size_t width = 1; width < 120; ++width) {
        CHECK(progress_line("firmware.zip", 5'000'000, 8'000'000, 3s, width).size() <= width);
    }
    CHECK(progress_line("firmware.zip", 5'000'000, 8'000'000, 3s, 40).find('[') == std::string::npos);
}
