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
