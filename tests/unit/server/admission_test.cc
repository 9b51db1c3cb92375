#include "tftpd/server/admission.h"

#include "tests/unit/server/support.h"

#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Verdict = Admission::Verdict;

TEST_GROUP(Admission) {
    static Limits limits(unsigned transfers, unsigned per_client) {
        Limits made;
        made.transfers = transfers;
        made.transfers_per_client = per_client;
        return made;
    }
    const ClientKey first = peer("192.0.2.1", 1).client();
    const ClientKey second = peer("192.0.2.2", 1).client();
};

TEST(Admission, OneClientGetsItsLimitAndNotOneMore) {
    Admission admission(limits(4096, 64));
    for (int count = 0; count < 64; ++count) {
        CHECK(admission.admit(first) == Verdict::admitted);
    }
    CHECK(admission.admit(first) == Verdict::client_limit);
    CHECK(admission.admit(second) == Verdict::admitted);
}

TEST(Admission, TheTotalIsReachedAndNotPassed) {
    Admission admission(limits(3, 2));
    CHECK(admission.admit(first) == Verdict::admitted);
    CHECK(admission.admit(first) == Verdict::admitted);
    CHECK(admission.admit(second) == Verdict::admitted);
    CHECK(admission.admit(second) == Verdict::total_limit);
    LONGS_EQUAL(3, admission.transfers());
}

TEST(Admission, AReleasedPlaceIsFreeAgain) {
    Admission admission(limits(4096, 1));
    CHECK(admission.admit(first) == Verdict::admitted);
    admission.release(first);
    CHECK(admission.admit(first) == Verdict::admitted);
    LONGS_EQUAL(1, admission.transfers());
}

TEST(Admission, ClientsWithoutTransfersAreForgotten) {
    Admission admission(limits(4096, 64));
    CHECK(admission.admit(first) == Verdict::admitted);
    LONGS_EQUAL(1, admission.clients());
    admission.release(first);
    LONGS_EQUAL(0, admission.clients());
}

TEST(Admission, LoweredLimitsTurnAwayOnlyNewcomers) {
    Admission admission(limits(4096, 64));
    CHECK(admission.admit(first) == Verdict::admitted);
    CHECK(admission.admit(first) == Verdict::admitted);
    admission.set_limits(limits(4096, 1));
    CHECK(admission.admit(first) == Verdict::client_limit);
    LONGS_EQUAL(2, admission.transfers());
    admission.release(first);
    admission.release(first);
    CHECK(admission.admit(first) == Verdict::admitted);
}

TEST(Admission, ThreadsTogetherDoNotPassTheTotal) {
    Admission admission(limits(1000, 1000));
    std::vector<unsigned> admitted(4);
    std::vector<std::thread> threads;
    for (unsigned number = 0; number < 4; ++number) {
        threads.emplace_back([&admission, &mine = admitted[number], number] {
            const auto client = peer("192.0.2." + std::to_string(number), 1).client();
            for (int count = 0; count < 500; ++count) {
                mine += admission.admit(client) == Verdict::admitted ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    LONGS_EQUAL(1000, admitted[0] + admitted[1] + admitted[2] + admitted[3]);
    LONGS_EQUAL(1000, admission.transfers());
}
