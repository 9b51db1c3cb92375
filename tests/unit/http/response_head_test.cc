#include "tftpd/http/response_head.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ResponseHead){};

TEST(ResponseHead, AFileIsAnsweredWithTheBytesThatPhonesKnow) {
    CHECK_EQUAL(std::string("HTTP/1.1 200 OK\r\nContent-length: 8003\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\n"),
                format({.status = 200, .length = 8003}));
}

TEST(ResponseHead, UnknownLengthGoesInChunksOrUntilTheEndOfTheConnection) {
    CHECK_EQUAL(
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\n"),
        format({.status = 200, .chunked = true}));
    CHECK_EQUAL(std::string("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-type: */*\r\nConnection: close\r\n\r\n"),
                format({.status = 200, .close = true}));
}

TEST(ResponseHead, AnErrorHasNoBodyAndSaysNothingOfUs) {
    CHECK_EQUAL(std::string("HTTP/1.1 404 Not Found\r\nContent-length: 0\r\nCache-Control: no-store\r\n\r\n"),
                format({.status = 404, .length = 0}));
    CHECK_EQUAL(
        std::string(
            "HTTP/1.1 503 Service Unavailable\r\nContent-length: 0\r\nCache-Control: no-store\r\nRetry-After: 5\r\n\r\n"),
        format({.status = 503, .length = 0}));
    CHECK_EQUAL(
        std::string("HTTP/1.1 405 Method Not Allowed\r\nContent-length: 0\r\nCache-Control: no-store\r\nAllow: GET, HEAD\r\n"
                    "Connection: close\r\n\r\n"),
        format({.status = 405, .length = 0, .close = true}));
}

TEST(ResponseHead, ARefusalMaySayWhy) {
    CHECK_EQUAL(
        std::string(
            "HTTP/1.1 403 Forbidden\r\nContent-length: 9\r\nCache-Control: no-store\r\nContent-type: text/plain\r\n\r\n"),
        format({.status = 403, .length = 9}));
}

TEST(ResponseHead, ChunkSizesAreHexadecimal) {
    CHECK_EQUAL(std::string("1\r\n"), chunk_begin(1));
    CHECK_EQUAL(std::string("10000\r\n"), chunk_begin(65536));
}
