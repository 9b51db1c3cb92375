#include "tftpd/base/counters.h"
#include "tftpd/upstream/tftp_fetch.h"
#include "tests/unit/upstream/attempt_bench.h"

#include <set>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;

namespace {

struct TftpBench : AttemptBench {
    AttemptEnd fetch(std::uint16_t port, const IpAddress& address = here) {
        return end_of(start_tftp_fetch(io, {address, port, 1}, settings, seen.events()));
    }
    AttemptEnd fetch_from(const TftpManners& manners) {
        const TftpServer server(io, manners);
        return fetch(server.port());
    }
};

}  // namespace

TEST_GROUP_BASE(TftpFetch, TftpBench){};

TEST(TftpFetch, AWholeFileComesWithItsSize) {
    const std::string file = file_of(100'000);
    CHECK_TRUE(fetch_from({.file = file}) == AttemptEnd::complete);
    CHECK_TRUE(seen.bytes == file);
    CHECK_EQUAL(1U, seen.found);
    CHECK_TRUE(seen.size == 100'000U);
    CHECK_TRUE(seen.outcome->tftp_options == true);
}

TEST(TftpFetch, AskingIpv6Works) {
    const auto six = boost::asio::ip::make_address("::1");
    const std::string file = file_of(10'000);
    const TftpServer server(io, {.file = file}, six);
    CHECK_TRUE(fetch(server.port(), six) == AttemptEnd::complete);
    CHECK_TRUE(seen.bytes == file);
    STRCMP_CONTAINS("1408", std::string(server.last_request().substr(server.last_request().find("blksize") + 8)).c_str());
}

TEST(TftpFetch, TheRequestAsksForOptionsAndCarriesOurMark) {
    const TftpServer server(io, {});
    fetch(server.port());
    for (const char* option : {"tsize", "blksize", "windowsize", "x-branchline"}) {
        CHECK_TRUE(server.last_request().find(option) != std::string::npos);
    }
}

TEST(TftpFetch, FilesAtTheEdgesOfABlockAreWhole) {
    for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 1427U, 1428U, 1429U, 16U * 1428U, 16U * 1428U + 1U}) {
        for (const bool options : {true, false}) {
            seen = Seen();
            const std::string file = file_of(size);
            CHECK_TRUE(fetch_from({.file = file, .options = options}) == AttemptEnd::complete);
            CHECK_TRUE(seen.bytes == file);
        }
    }
}

TEST(TftpFetch, AServerWithoutOptionsIsFetchedFrom) {
    const std::string file = file_of(5'000);
    CHECK_TRUE(fetch_from({.file = file, .options = false}) == AttemptEnd::complete);
    CHECK_TRUE(seen.bytes == file);
    CHECK_FALSE(seen.size.has_value());
    CHECK_TRUE(seen.outcome->tftp_options == false);
}

TEST(TftpFetch, RefusedOptionsAreFollowedByABareRequestFromAnotherPort) {
    const std::string file = file_of(5'000);
    const TftpServer server(io, {.file = file, .refuse_options = true});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::complete);
    CHECK_TRUE(seen.bytes == file);
    CHECK_EQUAL(2U, server.requests());
    CHECK_TRUE(server.last_request().ends_with(std::string("octet\0", 6)));
    CHECK_TRUE(server.client_ports()[0] != server.client_ports()[1]);
}

TEST(TftpFetch, AServerThatRefusesOptionsNobodyAskedForIsGivenUp) {
    const TftpServer server(io, {.error = tftp::ErrorCode::option_refused});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::broken);
    CHECK_EQUAL(2U, server.requests());
}

TEST(TftpFetch, AnOackThatRaisesTheBlockSizeIsNotAccepted) {
    const std::string file = file_of(5'000);
    const TftpServer server(io, {.file = file, .block_size = 1429});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::complete);  // by the bare request
    CHECK_TRUE(seen.bytes == file);
    CHECK_EQUAL(2U, server.requests());
    CHECK_EQUAL(1U, seen.found);
}

TEST(TftpFetch, AServerKnownForOptionsIsNotBelievedWithoutThem) {
    settings.expect_tftp_options = true;
    CHECK_TRUE(fetch_from({.options = false}) == AttemptEnd::no_answer);
    STRCMP_EQUAL("", seen.bytes.c_str());
}

TEST(TftpFetch, AServerKnownForOptionsDoesNotTalkUsOutOfThem) {
    settings.expect_tftp_options = true;
    const TftpServer server(io, {.refuse_options = true});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::broken);
    CHECK_EQUAL(1U, server.requests());
    CHECK_TRUE(seen.outcome->tftp_options == false);  // the next request learns anew
}

TEST(TftpFetch, NoSuchFileIsNotFound) {
    CHECK_TRUE(fetch_from({.error = tftp::ErrorCode::file_not_found}) == AttemptEnd::not_found);
    CHECK_EQUAL(0U, seen.found);
}

TEST(TftpFetch, AnotherErrorIsBroken) {
    CHECK_TRUE(fetch_from({.error = tftp::ErrorCode::undefined}) == AttemptEnd::broken);
}

TEST(TftpFetch, AClosedPortIsNoticedAtOnce) {
    CHECK_TRUE(fetch(closed_port(io)) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() < milliseconds(250));
}

TEST(TftpFetch, AClosedIpv6PortIsNoticedAtOnce) {
    CHECK_TRUE(fetch(closed_port(io), boost::asio::ip::make_address("::1")) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() < milliseconds(250));
}

TEST(TftpFetch, SilenceEndsWithThePatience) {
    const TftpServer server(io, {.silent = true});
    CHECK_TRUE(fetch(server.port()) == AttemptEnd::no_answer);
    CHECK_TRUE(elapsed() >= milliseconds(290));
    CHECK_TRUE(elapsed() < milliseconds(1000));
    CHECK_TRUE(server.requests() >= 2 && server.requests() <= 3);
}

TEST(TftpFetch, AnAnswerFromAnotherAddressIsNotTakenAndCounted) {
    const auto before = counters.get(Counter::upstream_rejected);
    CHECK_TRUE(fetch_from({.answer_from = elsewhere}) == AttemptEnd::no_answer);
    CHECK_EQUAL(0U, seen.found);
    CHECK_TRUE(counters.get(Counter::upstream_rejected) > before);
}

TEST(TftpFetch, TwoAnswersToOneRequestAreBroken) {
    const auto before = counters.get(Counter::upstream_rejected);
    CHECK_TRUE(fetch_from({.file = file_of(5'000), .second_file = file_of(5'001)}) == AttemptEnd::broken);
    CHECK_TRUE(counters.get(Counter::upstream_rejected) > before);
}

TEST(TftpFetch, TwoAnswersAreBrokenEvenWhenTheFirstIsTheWholeFile) {
    CHECK_TRUE(fetch_from({.file = "forged", .options = false, .second_file = "true"}) == AttemptEnd::broken);
    STRCMP_EQUAL("two ports answered one request", seen.outcome->reason.c_str());
}

TEST(TftpFetch, AFileShorterOrLongerThanItsTsizeIsBroken) {
    for (const std::uint64_t tsize : {4'999U, 5'001U, 0U, 5'712U}) {
        seen = Seen();
        CHECK_TRUE(fetch_from({.file = file_of(5'000), .tsize = tsize}) == AttemptEnd::broken);
    }
}

TEST(TftpFetch, TheLargestFileIsTakenAndOneByteMoreIsNot) {
    settings.max_size = 5'000;
    CHECK_TRUE(fetch_from({.file = file_of(5'000)}) == AttemptEnd::complete);
    seen = Seen();
    CHECK_TRUE(fetch_from({.file = file_of(5'001)}) == AttemptEnd::broken);
    CHECK_EQUAL(0U, seen.found);
}

TEST(TftpFetch, AnEndlessFileStopsAtTheCap) {
    settings.max_size = 100'000;
    CHECK_TRUE(fetch_from({.options = false, .endless = true}) == AttemptEnd::broken);
    CHECK_TRUE(seen.bytes.size() <= 100'000);
}

TEST(TftpFetch, AServerThatDiesInMidTransferIsStalled) {
    CHECK_TRUE(fetch_from({.file = file_of(20'000), .die_after = 3}) == AttemptEnd::stalled);
    CHECK_EQUAL(3U * 1428U, seen.bytes.size());
    CHECK_TRUE(elapsed() < milliseconds(1400));
}

TEST(TftpFetch, AServerThatCrawlsIsStalled) {
    // 512 bytes each 300 ms are less than 1 KiB in every 400 ms.
    const auto end = fetch_from({.file = file_of(20'000), .block_size = 512, .pause = milliseconds(300)});
    CHECK_TRUE(end == AttemptEnd::stalled);
    CHECK_TRUE(elapsed() < milliseconds(1000));
}

TEST(TftpFetch, EveryRequestHasAPortOfItsOwn) {
    const TftpServer server(io, {});
    for (int request = 0; request < 50; ++request) {
        seen = Seen();
        CHECK_TRUE(fetch(server.port()) == AttemptEnd::complete);
    }
    const std::set<std::uint16_t> ports(server.client_ports().begin(), server.client_ports().end());
    CHECK_EQUAL(50U, ports.size());
}

TEST(TftpFetch, DestroyingItBeforeItBeganIsSilent) {
    const TftpServer server(io, {});
    start_tftp_fetch(io, {here, server.port(), 1}, settings, seen.events()).reset();
    run_for(io, milliseconds(20));
    CHECK_FALSE(seen.outcome.has_value());
    CHECK_EQUAL(0U, server.requests());
}

TEST(TftpFetch, DestroyingItInsideAnyEventIsSilent) {
    const TftpServer server(io, {.file = file_of(5'000)});
    for (const std::string event : {"found", "bytes", "done"}) {
        std::unique_ptr<Attempt> attempt;
        std::string last;
        const auto on = [&](const std::string& name) {
            CHECK_TRUE(last != event);
            last = name;
            if (name == event) {
                attempt.reset();
            }
        };
        attempt = start_tftp_fetch(io, {here, server.port(), 1}, settings,
                                   {[] {}, [&](std::optional<std::uint64_t>) { on("found"); }, [&](ByteView) { on("bytes"); },
                                    [&](const AttemptOutcome&) { on("done"); }});
        run_for(io, milliseconds(50));
        STRCMP_EQUAL(event.c_str(), last.c_str());
    }
}
