#include "tftpd/console/request_guard.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(RequestGuard) {
    AdminRequest post{"POST", "/api/command", "", "{}", {{"host", "127.0.0.1:6980"}, {"content-type", "application/json"}}};
    bool refused() {
        return !foreign(post, "branch7").empty();
    }
};

TEST(RequestGuard, TheOwnPageIsServed) {
    for (const char* host : {"127.0.0.1:6980", "[::1]:6980", "192.0.2.1", "localhost:6980", "BRANCH7:6980"}) {
        post.headers["host"] = host;
        CHECK(!refused());
        post.headers["origin"] = std::string("http://") + host;
        post.headers["sec-fetch-site"] = "same-origin";
        CHECK(!refused());
        post.headers.erase("origin");
        post.headers.erase("sec-fetch-site");
    }
}

TEST(RequestGuard, ANameThatPointsHereIsNotEnough) {
    for (const char* host : {"evil.example", "branch7.evil.example:6980", "127.0.0.1.evil.example", ""}) {
        post.headers["host"] = host;
        CHECK(refused());
        CHECK(!foreign({"GET", "/api/session", "", "", {{"host", host}}}, "branch7").empty());
    }
}

TEST(RequestGuard, AnotherPageChangesNothing) {
    post.headers["origin"] = "http://evil.example";
    CHECK(refused());
    post.headers["origin"] = "http://127.0.0.1:8080";
    CHECK(refused());
    post.headers.erase("origin");
    post.headers["sec-fetch-site"] = "cross-site";
    CHECK(refused());
    post.headers["sec-fetch-site"] = "same-site";
    CHECK(refused());
}

TEST(RequestGuard, ByTlsTheOriginIsHttpsAndOtherwiseHttp) {
    post.headers["origin"] = "https://127.0.0.1:6980";
    CHECK(refused());
    post.tls = true;
    CHECK(!refused());
    post.headers["origin"] = "http://127.0.0.1:6980";
    CHECK(refused());
}

TEST(RequestGuard, AFormIsRefused) {
    for (const char* type : {"application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""}) {
        post.headers["content-type"] = type;
        CHECK(refused());
    }
}

TEST(RequestGuard, TheCookieOfThatName) {
    const AdminRequest request{"GET", "/", "", "", {{"cookie", "a=1; branchline-console=abc; not-branchline-console=x"}}};
    STRCMP_EQUAL("abc", cookie(request, "branchline-console").c_str());
    STRCMP_EQUAL("1", cookie(request, "a").c_str());
    STRCMP_EQUAL("", cookie(request, "b").c_str());
    STRCMP_EQUAL("", cookie({"GET", "/"}, "a").c_str());
}
