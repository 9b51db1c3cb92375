#include "tftpd/http/admin_page.h"

#include <stdexcept>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(AdminPage) {
    const AdminPages pages{
        {"/metrics", [](const AdminRequest&) { return AdminAnswer{200, "text/plain", "numbers"}; }},
        {"/broken", [](const AdminRequest&) -> AdminAnswer { throw std::runtime_error("no luck"); }},
    };
};

TEST(AdminPage, ThePageAskedForAnswers) {
    STRCMP_EQUAL("numbers", answer_admin(pages, {"GET", "/metrics"}).body.c_str());
    LONGS_EQUAL(200, answer_admin(pages, {"HEAD", "/metrics"}).status);
}

TEST(AdminPage, AnUnknownOneIs404AndSaysWhatThereIs) {
    const auto answer = answer_admin(pages, {"GET", "/metric"});
    LONGS_EQUAL(404, answer.status);
    STRCMP_CONTAINS("/metrics", answer.body.c_str());
    LONGS_EQUAL(200, answer_admin(pages, {"GET", "/"}).status);
}

TEST(AdminPage, WhatWouldChangeSomethingIsRefused) {
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", ""}) {
        LONGS_EQUAL(405, answer_admin(pages, {method, "/metrics"}).status);
    }
}

TEST(AdminPage, APageThatThrowsIs500) {
    const auto answer = answer_admin(pages, {"GET", "/broken"});
    LONGS_EQUAL(500, answer.status);
    STRCMP_CONTAINS("no luck", answer.body.c_str());
}

TEST_GROUP(AdminFeed) {
    AdminFeed feed;
};

TEST(AdminFeed, WhatWasPutIsTakenOnceAndWhole) {
    CHECK(!feed.take());
    feed.put("a");
    feed.put("b");
    STRCMP_EQUAL("ab", feed.take()->c_str());
    CHECK(!feed.take());
}

TEST(AdminFeed, TheListenerHearsOfWhatIsPutAndOfTheEnd) {
    int heard = 0;
    feed.listen([&heard] { ++heard; });
    LONGS_EQUAL(1, heard);
    feed.put("a");
    LONGS_EQUAL(2, heard);
    feed.close();
    LONGS_EQUAL(3, heard);
    feed.put("b");
    feed.close();
    LONGS_EQUAL(3, heard);
    CHECK(feed.closed());
    STRCMP_EQUAL("a", feed.take()->c_str());
}

TEST(AdminFeed, AClientThatDoesNotTakeIsCutOff) {
    feed.put(std::string(AdminFeed::max_waiting, 'x'));
    CHECK(!feed.closed());
    feed.put("y");
    CHECK(feed.closed());
    CHECK(!feed.take());
}
