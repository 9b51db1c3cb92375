#include "tftpd/http/request_record.h"

#include "tftpd/base/counters.h"

#include <log/logger_support.h>

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(RequestRecord) {
    ConnectionHost host;
    std::vector<FileReport> told;
    std::unique_ptr<RequestRecord> record;

    void setup() override {
        if (!isc::log::isLoggingInitialized()) {
            isc::log::initLogger("unit", isc::log::NONE);
        }
        host.listener = [this](FileReport report) { told.push_back(std::move(report)); };
        record = std::make_unique<RequestRecord>(host, boost::asio::ip::make_address("192.0.2.50"), false);
        record->begin();
    }
};

TEST(RequestRecord, AFileThatWasSentIsToldOnceWithWhereItCameFrom) {
    const auto before = counters.get(Counter::http_done);
    record->for_file("ringlist.xml");
    record->answered_from("cluster:hq");
    record->done(200, 812, "");
    CHECK_EQUAL(1U, told.size());
    STRCMP_EQUAL("ringlist.xml", told[0].name.c_str());
    STRCMP_EQUAL("cluster:hq", told[0].source.c_str());
    CHECK_EQUAL(812U, told[0].bytes);
    CHECK_TRUE(told[0].outcome == FileReport::Outcome::sent);
    CHECK_TRUE(told[0].http);
    CHECK_EQUAL(before + 1, counters.get(Counter::http_done));
}

TEST(RequestRecord, EachAnswerWithoutAFileHasItsOutcome) {
    for (const unsigned status : {404U, 403U, 503U}) {
        record->for_file("x");
        record->done(status, 0, "reason");
    }
    CHECK_TRUE(told[0].outcome == FileReport::Outcome::not_found);
    CHECK_TRUE(told[1].outcome == FileReport::Outcome::refused);
    CHECK_TRUE(told[2].outcome == FileReport::Outcome::unavailable);
}

TEST(RequestRecord, WhereTheLastFileCameFromIsNotSaidOfTheNext) {
    record->for_file("a");
    record->answered_from("files");
    record->done(200, 1, "");
    record->for_file("b");
    record->broken_off(0, "the phone hung up");
    STRCMP_EQUAL("-", told[1].source.c_str());
    CHECK_TRUE(told[1].outcome == FileReport::Outcome::broken_off);
}

TEST(RequestRecord, WhatIsNoRequestIsCountedAndNotToldOfThePhone) {
    const auto before = counters.get(Counter::http_refused);
    record->bad(400, "no Host field");
    CHECK_TRUE(told.empty());
    CHECK_EQUAL(before + 1, counters.get(Counter::http_refused));
}

TEST(RequestRecord, AHandshakeThatFailedIsCountedAndNoRequest) {
    const auto failed = counters.get(Counter::tls_failed);
    const auto requests = counters.get(Counter::http_requests);
    record->no_handshake("it refused with unknown_ca");
    LONGS_EQUAL(failed + 1, counters.get(Counter::tls_failed));
    LONGS_EQUAL(requests, counters.get(Counter::http_requests));
    CHECK(told.empty());
}

TEST(RequestRecord, NobodyHasToListen) {
    host.listener = {};
    record->for_file("a");
    record->done(200, 1, "");
}
