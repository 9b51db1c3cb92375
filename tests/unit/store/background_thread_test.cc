#include "tftpd/store/background_thread.h"

#include <csignal>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

sigset_t mask_now() {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return mask;
}

}  // namespace

TEST_GROUP(BackgroundThread){};

TEST(BackgroundThread, BlocksAllSignalsAndLeavesTheCallersMaskAsItWas) {
    const auto before = mask_now();
    sigset_t inside;
    background_thread([&] { inside = mask_now(); }).join();
    const auto after = mask_now();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
        CHECK_EQUAL(1, sigismember(&inside, signal));
        CHECK_EQUAL(sigismember(&before, signal), sigismember(&after, signal));
        CHECK_EQUAL(0, sigismember(&after, signal));
    }
}
