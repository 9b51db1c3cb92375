// The connection is a driver: what a phone asks for, and what it gets.
#include "tftpd/http/connection.h"

#include "tests/unit/http/connected_phone.h"

using namespace branchline;
using namespace branchline::test;

TEST_GROUP_BASE(HttpConnection, ConnectedPhone){};

TEST(HttpConnection, WhatARealPhoneSendsIsAnsweredWithTheBytesItKnows) {
    answer = {Answer::Kind::content, memory("trust"), "files", ""};
    phone.send(real_request);
    CHECK(until_text("HTTP/1.1 200 OK\r\nContent-length: 5\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\ntrust"));
    UNSIGNED_LONGS_EQUAL(1, questions.size());
    CHECK_EQUAL(std::string("/CTLSEP2834A2823B58.tlv"), questions[0].name);
    CHECK_EQUAL(std::string("127.0.0.1"), questions[0].asked_by.to_string());
    CHECK(!questions[0].marked_proxy);
}

TEST(HttpConnection, Http10IsAnsweredAndClosed) {
    answer = {Answer::Kind::content, memory("x"), "files", ""};
    phone.send("GET /x HTTP/1.0\r\n\r\n");
    CHECK(until_ended());
    CHECK_EQUAL(
        std::string("HTTP/1.1 200 OK\r\nContent-length: 1\r\nCache-Control: no-store\r\nContent-type: */*\r\nConnection: "
                    "close\r\n\r\nx"),
        phone.text);
    CHECK(!phone.reset);
}

TEST(HttpConnection, HeadTellsTheLengthAndSendsNoBody) {
    answer = {Answer::Kind::content, memory("twelve bytes"), "files", ""};
    phone.send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(until_text("HTTP/1.1 200 OK\r\nContent-length: 12\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\n"));
}

TEST(HttpConnection, EachKindOfAnswerHasItsStatus) {
    answer = {Answer::Kind::not_found, nullptr, "negative", ""};
    phone.send(real_request);
    CHECK(starts("HTTP/1.1 404 "));
    phone.text.clear();
    answer = {Answer::Kind::refused, nullptr, "", "it has '..'"};
    phone.send(real_request);
    CHECK(starts("HTTP/1.1 403 "));
    phone.text.clear();
    answer = {Answer::Kind::unavailable, nullptr, "", "hq-east is silent"};
    phone.send(real_request);
    CHECK(starts("HTTP/1.1 503 "));
    CHECK(phone.text.find("\r\nRetry-After: 5\r\n") != std::string::npos);
    CHECK(phone.text.find("hq-east") == std::string::npos);
}

TEST(HttpConnection, ARefusalSaysToThePhoneWhatItMayHear) {
    answer = {Answer::Kind::refused, nullptr, "secure", "signed by CN=x", "Cluster hq is secure: not signed"};
    phone.send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(until_text(
        "HTTP/1.1 403 Forbidden\r\nContent-length: 33\r\nCache-Control: no-store\r\nContent-type: text/plain\r\n\r\n"));
    phone.text.clear();
    phone.send(real_request);
    CHECK(until([&] { return phone.body() == "Cluster hq is secure: not signed\n"; }));
}

TEST(HttpConnection, OurOwnMarkIsSeenInAnyCase) {
    answer = {Answer::Kind::not_found, nullptr, "", ""};
    phone.send("GET /x HTTP/1.1\r\nHost: x\r\nx-branchline: 1\r\n\r\n");
    CHECK(starts("HTTP/1.1 404 "));
    CHECK(questions.at(0).marked_proxy);
}

TEST(HttpConnection, PipelinedRequestsAreAnsweredInOrder) {
    answer = {Answer::Kind::content, memory("x"), "files", ""};
    phone.send(
        "GET /1 HTTP/1.1\r\nHost:x\r\n\r\nGET /2 HTTP/1.1\r\nHost:x\r\n\r\nGET /3 HTTP/1.1\r\nHost:x\r\nConnection: "
        "close\r\n\r\n");
    CHECK(until_ended());
    UNSIGNED_LONGS_EQUAL(3, questions.size());
    CHECK_EQUAL(std::string("/3"), questions[2].name);
    CHECK(phone.text.ends_with("Connection: close\r\n\r\nx"));
}

TEST(HttpConnection, ALargeFileArrivesWhole) {
    std::string text;
    while (text.size() < 1'000'000) {
        text += std::to_string(text.size()) + ' ';
    }
    answer = {Answer::Kind::content, memory(text), "files", ""};
    phone.send(real_request);
    CHECK(until_body(text));
}

TEST(HttpConnection, BytesOfAKnownSizeGoOutAsTheyArrive) {
    const auto content = std::make_shared<HandFedContent>(3000);
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send(real_request);
    CHECK(until([&] { return content->waited_for(); }));
    content->arrive(std::string(2000, 'a'));
    CHECK(until_body(std::string(2000, 'a').substr(0, 1024)));
    CHECK(phone.text.find("\r\nContent-length: 3000\r\n") != std::string::npos);
    content->arrive(std::string(1000, 'a'));
    content->complete();
    CHECK(until_body(std::string(3000, 'a')));
}

TEST(HttpConnection, UnknownSizeIsChunkedForHttp11) {
    const auto content = std::make_shared<HandFedContent>();
    content->arrive("abc");
    content->complete();
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send(real_request);
    CHECK(until_body("3\r\nabc\r\n0\r\n\r\n"));
    CHECK(phone.text.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(phone.text.find("Content-length") == std::string::npos);
}

TEST(HttpConnection, AnEmptyContentOfUnknownSizeIsWholeToo) {
    const auto content = std::make_shared<HandFedContent>();
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send(real_request);
    CHECK(until([&] { return content->waited_for(); }));
    content->complete();
    CHECK(until_body("0\r\n\r\n"));
}

TEST(HttpConnection, UnknownSizeEndsWithTheConnectionForHttp10) {
    const auto content = std::make_shared<HandFedContent>();
    content->arrive("abc");
    content->complete();
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(until_ended());
    CHECK_EQUAL(std::string("abc"), phone.body());
    CHECK(!phone.reset);
}

TEST(HttpConnection, ContentThatFailsInTheMiddleResetsTheConnection) {
    const auto content = std::make_shared<HandFedContent>();
    content->arrive(std::string(1024, 'a'));
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send(real_request);
    CHECK(until_body("400\r\n" + std::string(1024, 'a') + "\r\n"));
    content->fail();
    CHECK(until_ended());
    CHECK(phone.reset);
    CHECK(connections.empty());
}

TEST(HttpConnection, ContentThatFailsBeforeItsFirstByteIsUnavailable) {
    const auto content = std::make_shared<HandFedContent>(10);
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send(real_request);
    CHECK(until([&] { return content->waited_for(); }));
    content->fail();
    CHECK(starts("HTTP/1.1 503 "));
    CHECK(!phone.ended);
}

TEST(HttpConnection, OtherMethodsAreRefused) {
    phone.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    CHECK(phone.text.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
    CHECK(questions.empty());
}

TEST(HttpConnection, ARequestWithABodyIsRefused) {
    phone.send("GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 413 "));
    CHECK(!phone.reset);
    CHECK(questions.empty());
}

TEST(HttpConnection, AHugeBodyIsRefusedBeforeItComes) {
    phone.send("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 4"));
}

TEST(HttpConnection, Http11WithoutHostIsRefused) {
    phone.send("GET /x HTTP/1.1\r\n\r\n");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 400 "));
}

TEST(HttpConnection, TwoHostsAreRefused) {
    phone.send("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 400 "));
}

TEST(HttpConnection, GarbageIsRefusedAndClosed) {
    phone.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 400 "));
    CHECK(questions.empty());
}

TEST(HttpConnection, AHeadOf8KiBIsTakenAndALargerOneRefused) {
    answer = {Answer::Kind::not_found, nullptr, "", ""};
    const std::string begin = "GET /x HTTP/1.1\r\nHost: x\r\nX: ";
    phone.send(begin + std::string(max_request_head - begin.size() - 4, 'x') + "\r\n\r\n");
    CHECK(starts("HTTP/1.1 404 "));
    phone.text.clear();
    phone.send(begin + std::string(max_request_head - begin.size() - 3, 'x') + "\r\n\r\n");
    CHECK(until_ended());
    CHECK(phone.text.starts_with("HTTP/1.1 431 "));
}
