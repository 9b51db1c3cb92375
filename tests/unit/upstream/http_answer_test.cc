#include "tftpd/upstream/http_answer.h"

#include <CppUTest/TestHarness.h>

using branchline::as_bytes;
using branchline::as_text;
using branchline::ByteView;
using branchline::HttpAnswer;
using Verdict = branchline::HttpAnswer::Verdict;

namespace {

/// Feeds a response in parts of `step` bytes, as a driver does, and keeps what comes out.
struct Fed {
    explicit Fed(const std::string& response, std::size_t step = 100000, bool closed = false, std::uint64_t max_size = 1000) {
        HttpAnswer answer(max_size, {[this](std::optional<std::uint64_t> bytes) {
                                         ++found;
                                         size = bytes;
                                     },
                                     [this](ByteView part) { body += as_text(part); }});
        std::string held;
        for (std::size_t at = 0; at < response.size() && answer.verdict() == Verdict::more; at += step) {
            held += response.substr(at, step);
            held.erase(0, answer.take(as_bytes(held)));
        }
        if (closed && answer.verdict() == Verdict::more) {
            answer.take_end();
        }
        verdict = answer.verdict();
        reason = answer.reason();
    }
    Verdict verdict = Verdict::more;
    std::string reason;
    std::string body;
    std::optional<std::uint64_t> size;
    unsigned found = 0;
};

const std::string cucm_head = "HTTP/1.1 200 OK\r\nContent-length: 5\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\n";

}  // namespace

TEST_GROUP(HttpAnswer){};

TEST(HttpAnswer, CucmsReplyIsTheFileHoweverItIsCut) {
    for (std::size_t step = 1; step < 100; ++step) {
        const Fed fed(cucm_head + "hello", step);
        CHECK_TRUE(fed.verdict == Verdict::complete);
        STRCMP_EQUAL("hello", fed.body.c_str());
        CHECK_EQUAL(1U, fed.found);
        CHECK_TRUE(fed.size == 5U);
    }
}

TEST(HttpAnswer, AFileOfNoBytesIsAFile) {
    const Fed fed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK_TRUE(fed.verdict == Verdict::complete);
    CHECK_TRUE(fed.size == 0U);
}

TEST(HttpAnswer, AnOldServersReplyWithLengthIsTheFile) {
    CHECK_TRUE(Fed("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello").verdict == Verdict::complete);
}

TEST(HttpAnswer, ChunksAreJoined) {
    const std::string response =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;name=value\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t step = 1; step < 130; ++step) {
        const Fed fed(response, step);
        CHECK_TRUE(fed.verdict == Verdict::complete);
        STRCMP_EQUAL("hello", fed.body.c_str());
        CHECK_FALSE(fed.size.has_value());
    }
}

// Beast's parser asserts that a last chunk, once seen, has five bytes; a first chunk that is the last can come with fewer.
TEST(HttpAnswer, ChunksOfNoBytesAreAFileHoweverTheyAreCut) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string end : {"0\r\n\r\n", "0;name=value\r\n\r\n", "000\r\nTrailer: x\r\n\r\n"}) {
        for (std::size_t step = 1; step < 80; ++step) {
            const Fed fed(head + end, step);
            CHECK_TRUE(fed.verdict == Verdict::complete);
            STRCMP_EQUAL("", fed.body.c_str());
            CHECK_EQUAL(1U, fed.found);
        }
    }
}

TEST(HttpAnswer, TrailersThatAreNoFieldsAreBrokenHoweverTheyAreCut) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string end : {"0\r\nhello\r\n0\r\n\r\n", "0\r\n:\r\n\r\n", "5\r\nhello\r\n0\r\nhello\r\n\r\n"}) {
        for (std::size_t step = 1; step < 80; ++step) {
            CHECK_TRUE(Fed(head + end, step, true).verdict == Verdict::broken);
        }
    }
}

TEST(HttpAnswer, ChunksThatEndBeforeTheLastAreBroken) {
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 9, true).verdict == Verdict::broken);
}

TEST(HttpAnswer, ABodyShorterThanItsLengthIsBroken) {
    const Fed fed(cucm_head + "hell", 1000, true);
    CHECK_TRUE(fed.verdict == Verdict::broken);
    STRCMP_EQUAL("cut after 4 bytes", fed.reason.c_str());
}

TEST(HttpAnswer, BytesBehindTheBodyAreBroken) {
    CHECK_TRUE(Fed(cucm_head + "hello!").verdict == Verdict::broken);
}

TEST(HttpAnswer, ABodyThatEndsWithTheConnectionIsBroken) {
    const Fed fed("HTTP/1.1 200 OK\r\nContent-Type: */*\r\n\r\nhello", 1000, true);
    CHECK_TRUE(fed.verdict == Verdict::broken);
    CHECK_EQUAL(0U, fed.found);
    STRCMP_EQUAL("", fed.body.c_str());
}

TEST(HttpAnswer, LengthAndChunksTogetherAreBroken) {
    CHECK_TRUE(
        Fed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").verdict ==
        Verdict::broken);
    CHECK_TRUE(
        Fed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n").verdict ==
        Verdict::broken);
}

TEST(HttpAnswer, TwoLengthsThatDifferAreBroken) {
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello").verdict == Verdict::broken);
}

TEST(HttpAnswer, CompressedContentIsBroken) {
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello").verdict == Verdict::broken);
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").verdict ==
               Verdict::broken);
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello").verdict ==
               Verdict::complete);
}

TEST(HttpAnswer, TheLargestFileIsTakenAndOneByteMoreIsNot) {
    const auto with_length = [](std::size_t size) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
    };
    CHECK_TRUE(Fed(with_length(1000)).verdict == Verdict::complete);
    const Fed fed(with_length(1001));
    CHECK_TRUE(fed.verdict == Verdict::broken);
    CHECK_EQUAL(0U, fed.found);
    STRCMP_EQUAL("larger than 1000 bytes", fed.reason.c_str());
}

TEST(HttpAnswer, ChunksAreBoundedToo) {
    const std::string chunk = "190\r\n" + std::string(400, 'x') + "\r\n";
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const Fed endless(head + chunk + chunk + chunk + chunk, 37);
    CHECK_TRUE(endless.verdict == Verdict::broken);
    CHECK_TRUE(endless.body.size() <= 1000);
}

TEST(HttpAnswer, NoSuchFileIsNotFound) {
    for (const char* status : {"404 Not Found", "403 Forbidden", "410 Gone"}) {
        CHECK_TRUE(Fed(std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 0\r\n\r\n").verdict == Verdict::not_found);
    }
}

TEST(HttpAnswer, SearchingIsBusy) {
    CHECK_TRUE(Fed("HTTP/1.1 503 Service Unavailable\r\n\r\n").verdict == Verdict::busy);
}

TEST(HttpAnswer, EveryOtherStatusIsBroken) {
    for (const char* status : {"100 Continue", "204 No Content", "206 Partial Content", "301 Moved", "302 Found",
                               "304 Not Modified", "401 Unauthorized", "500 Internal Server Error", "502 Bad Gateway"}) {
        const Fed fed(std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 5\r\nLocation: http://192.0.2.99/\r\n\r\nhello");
        CHECK_TRUE(fed.verdict == Verdict::broken);
        STRCMP_EQUAL("", fed.body.c_str());
    }
}

TEST(HttpAnswer, GarbageIsBroken) {
    CHECK_TRUE(Fed("SSH-2.0-OpenSSH_9.2\r\n").verdict == Verdict::broken);
    CHECK_TRUE(Fed(std::string(64, '\0')).verdict == Verdict::broken);
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello").verdict == Verdict::broken);
}

TEST(HttpAnswer, AnEndlessHeadIsBrokenEvenFieldByField) {
    std::string response = "HTTP/1.1 200 OK\r\n";
    while (response.size() <= HttpAnswer::max_head) {
        response += "X-Filler: 0123456789\r\n";
    }
    CHECK_TRUE(Fed(response, 22).verdict == Verdict::broken);
    CHECK_TRUE(Fed("HTTP/1.1 200 OK\r\nX-Filler: " + std::string(HttpAnswer::max_head, 'x'), 1000).verdict == Verdict::broken);
}

TEST(HttpAnswer, ClosingWithoutAWordIsBroken) {
    HttpAnswer answer(10, {[](std::optional<std::uint64_t>) {}, [](ByteView) {}});
    answer.take_end();
    CHECK_TRUE(answer.verdict() == Verdict::broken);
}

TEST_GROUP(HttpRequest){};

TEST(HttpRequest, HasHostMarkAndIdentity) {
    STRCMP_EQUAL(
        "GET /SEP001122334455.cnf.xml HTTP/1.1\r\nHost: 192.0.2.10:6970\r\nAccept-Encoding: identity\r\nConnection: "
        "close\r\nVia: 1.1 branchline\r\nX-Branchline: 1\r\n\r\n",
        branchline::http_request("SEP001122334455.cnf.xml", "192.0.2.10:6970").c_str());
}

TEST(HttpRequest, WhatAPathCannotHoldIsEncodedAndSlashStays) {
    const std::string request = branchline::http_request("a/b c%?#\r\n\"\xff", "h:1");
    STRCMP_CONTAINS("GET /a/b%20c%25%3F%23%0D%0A%22%FF HTTP/1.1\r\nHost: h:1\r\n", request.c_str());
}
