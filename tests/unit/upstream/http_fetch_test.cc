#include "tftpd/upstream/http_fetch.h"
#include "tests/unit/upstream/attempt_bench.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;

namespace {

struct HttpBench : AttemptBench {
    AttemptEnd fetch(std::uint16_t port, const IpAddress& address = here) {
        return end_of(start_http_fetch(io, {address, 1, port}, settings, seen.events()));
    }
    AttemptEnd fetch_from(const HttpReply& reply) {
        const HttpServer server(io, {reply});
        return fetch(server.port());
    }
};

}  // namespace

TEST_GROUP_BASE(HttpFetch, HttpBench){};

TEST(HttpFetch, AWholeFileComesWithItsSize) {
    for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 3'000'000U}) {
        seen = Seen();
        const std::string file = file_of(size);
        CHECK_TRUE(fetch_from(good_reply(file)) == AttemptEnd::complete);
        CHECK_TRUE(seen.bytes == file);
        CHECK_EQUAL(1U, seen.connected);
        CHECK_EQUAL(1U, seen.found);
        CHECK_TRUE(seen.size == size);
    }
}

TEST(HttpFetch, AServerThatKeepsTheConnectionOpenIsNotWaitedFor) {
    HttpReply reply = good_reply("hello");
    reply.then_close = false;
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::complete);
    CHECK_TRUE(elapsed() < milliseconds(250));
}

TEST(HttpFetch, AskingIpv6Works) {
    const auto six = boost::asio::ip::make_address("::1");
    const HttpServer server(io, {good_reply("hello")}, six);
    CHECK_TRUE(fetch(server.port(), six) == AttemptEnd::complete);
    STRCMP_CONTAINS(("\r\nHost: [::1]:" + std::to_string(server.port()) + "\r\n").c_str(), server.last_request().c_str());
}

TEST(HttpFetch, ABodyCutShortIsBroken) {
    HttpReply reply = good_reply(file_of(5'000));
    reply.text.resize(reply.text.size() - 1);
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::broken);
    CHECK_EQUAL(4'999U, seen.bytes.size());
}

TEST(HttpFetch, BytesBehindTheFileThatWereNotReadWithItAreBroken) {
    constexpr std::size_t read_at_once = 64 * 1024;
    HttpReply reply = good_reply(file_of(65'000));
    reply = good_reply(file_of(65'000 + read_at_once - reply.text.size()));
    CHECK_EQUAL(read_at_once, reply.text.size());
    reply.text += "and more";
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::broken);
}

TEST(HttpFetch, AConnectionResetInMidBodyIsBroken) {
    HttpReply reply = good_reply(file_of(5'000));
    reply.text.resize(1'000);
    reply.reset = true;
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::broken);
}

TEST(HttpFetch, ABodyWithoutLengthIsBroken) {
    CHECK_TRUE(fetch_from({.text = "HTTP/1.1 200 OK\r\n\r\nhello"}) == AttemptEnd::broken);
    CHECK_EQUAL(0U, seen.found);
}

TEST(HttpFetch, ChunksAreTheFile) {
    CHECK_TRUE(fetch_from({.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) ==
               AttemptEnd::complete);
    STRCMP_EQUAL("hello", seen.bytes.c_str());
    CHECK_FALSE(seen.size.has_value());
}

TEST(HttpFetch, NoSuchFileIsNotFound) {
    CHECK_TRUE(fetch_from({.text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}) == AttemptEnd::not_found);
}

TEST(HttpFetch, ARedirectIsNotFollowed) {
    CHECK_TRUE(fetch_from({.text = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"}) ==
               AttemptEnd::broken);
}

TEST(HttpFetch, BusyIsAskedAgain) {
    const HttpServer server(io, {{.text = "HTTP/1.1 503 Searching\r\nContent-Length: 0\r\n\r\n"}, good_reply("hello")});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::complete);
    STRCMP_EQUAL("hello", seen.bytes.c_str());
    CHECK_EQUAL(2U, server.requests());
    CHECK_EQUAL(1U, seen.connected);
    CHECK_TRUE(elapsed() >= milliseconds(490));
}

TEST(HttpFetch, BusyFourTimesIsBroken) {
    const HttpServer server(io, {{.text = "HTTP/1.1 503 Searching\r\nContent-Length: 0\r\n\r\n"}});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::broken);
    CHECK_EQUAL(4U, server.requests());
}

TEST(HttpFetch, ClosingWithoutAWordIsBroken) {
    CHECK_TRUE(fetch_from({.text = ""}) == AttemptEnd::broken);
}

TEST(HttpFetch, AClosedPortIsNoticedAtOnce) {
    CHECK_TRUE(fetch(closed_port(io)) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() < milliseconds(250));
    CHECK_EQUAL(0U, seen.connected);
}

TEST(HttpFetch, AHostThatIsSilentEndsWithThePatience) {
    const DeadHost host(io);
    CHECK_TRUE(fetch(host.server().http_port) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() >= milliseconds(290));
    CHECK_TRUE(elapsed() < milliseconds(1000));
}

TEST(HttpFetch, AServerThatAcceptsAndSaysNothingEndsWithThePatience) {
    HttpReply reply;
    reply.then_close = false;
    settings.stall_window = milliseconds(5000);
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() >= milliseconds(290) && elapsed() < milliseconds(2000));
    CHECK_EQUAL(1U, seen.connected);
}

TEST(HttpFetch, AHeadThatDripsIsNoAnswer) {
    HttpReply reply = good_reply("hello");
    reply.drip = milliseconds(20);
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() < milliseconds(1000));
}

TEST(HttpFetch, ABodyThatStopsIsStalled) {
    HttpReply reply = good_reply(file_of(50'000));
    reply.text.resize(20'000);
    reply.then_close = false;
    CHECK_TRUE(fetch_from(reply) == AttemptEnd::stalled);
    CHECK_TRUE(elapsed() < milliseconds(1400));
}

TEST(HttpFetch, TheLargestFileIsTakenAndOneByteMoreIsNot) {
    settings.max_size = 5'000;
    CHECK_TRUE(fetch_from(good_reply(file_of(5'000))) == AttemptEnd::complete);
    seen = Seen();
    CHECK_TRUE(fetch_from(good_reply(file_of(5'001))) == AttemptEnd::broken);
    CHECK_EQUAL(0U, seen.bytes.size());
}

TEST(HttpFetch, DestroyingItBeforeItBeganIsSilent) {
    const HttpServer server(io, {good_reply("hello")});
    start_http_fetch(io, {here, 1, server.port()}, settings, seen.events()).reset();
    run_for(io, milliseconds(20));
    CHECK_FALSE(seen.outcome.has_value());
    CHECK_EQUAL(0U, server.requests());
}

TEST(HttpFetch, DestroyingItInsideAnyEventIsSilent) {
    const HttpServer server(io, {good_reply(file_of(300'000))});
    for (const std::string event : {"connected", "found", "bytes", "done"}) {
        std::unique_ptr<Attempt> attempt;
        std::string last;
        const auto on = [&](const std::string& name) {
            CHECK_TRUE(last != event);
            last = name;
            if (name == event) {
                attempt.reset();
            }
        };
        attempt = start_http_fetch(io, {here, 1, server.port()}, settings,
                                   {[&] { on("connected"); }, [&](std::optional<std::uint64_t>) { on("found"); },
                                    [&](ByteView) { on("bytes"); }, [&](const AttemptOutcome&) { on("done"); }});
        run_for(io, milliseconds(100));
        STRCMP_EQUAL(event.c_str(), last.c_str());
    }
}
