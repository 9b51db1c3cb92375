#include "tftpd/upstream/cluster_fetch.h"

#include "tests/unit/upstream/cluster_fetch_bench.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;

TEST_GROUP_BASE(ClusterFetch, ClusterFetchBench){};

TEST(ClusterFetch, AutoAsksByHttpFirstAndRemembersThatItWorks) {
    const HttpServer http(io, {good_reply("by http")});
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by http", bytes.c_str());
    CHECK_TRUE(size == 7U);
    CHECK_EQUAL(0U, tftp.requests());
    CHECK_TRUE(health.find(cluster.servers[0])->works == Transport::http);
}

TEST(ClusterFetch, AutoGoesToTftpAtOnceWhenHttpIsRefused) {
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), closed_port(io)}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by tftp", bytes.c_str());
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_TRUE(health.find(cluster.servers[0])->works == Transport::tftp);
    CHECK_TRUE(health.find(cluster.servers[0])->tftp_options);
}

TEST(ClusterFetch, AutoAsksByTftpFirstWhereThatWorked) {
    const HttpServer http(io, {good_reply("by http")});
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), http.port()}};
    health.answered(cluster.servers[0], Transport::tftp, Clock::now());
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by tftp", bytes.c_str());
    CHECK_EQUAL(0U, http.requests());
}

TEST(ClusterFetch, AutoDoesNotWaitForSilentHttpBeforeTftp) {
    const DeadHost dead(io);
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), dead.server().http_port}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by tftp", bytes.c_str());
    CHECK_TRUE(elapsed >= milliseconds(290) && elapsed < milliseconds(1200));
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
}

TEST(ClusterFetch, AutoGoesToTftpWhenHttpStaysBusyOrTalksNonsense) {
    const HttpServer http(io, {{.text = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"}});
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by tftp", bytes.c_str());
}

TEST(ClusterFetch, TransportHttpNeverTriesTftpAndTheOtherWayRound) {
    const TftpServer tftp(io, {.file = "by tftp"});
    const HttpServer http(io, {good_reply("by http")});
    cluster.transport = Transport::http;
    cluster.servers = {{here, tftp.port(), closed_port(io)}};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_EQUAL(0U, tftp.requests());
    cluster.transport = Transport::tftp;
    cluster.servers = {{here, closed_port(io), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_EQUAL(0U, http.requests());
}

TEST(ClusterFetch, ALivingServersNotFoundIsTheClustersAnswer) {
    const HttpServer first(io, {{.text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}});
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, 1, first.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::not_found);
    CHECK_EQUAL(0U, second.requests());
    CHECK_EQUAL(0U, found);
}

TEST(ClusterFetch, ALivingServerGetsOneRequest) {
    const HttpServer http(io, {good_reply("hello")});
    const TftpServer tftp(io, {});
    const HttpServer other(io, {good_reply("hello")});
    cluster.servers = {{here, tftp.port(), http.port()}, {here, 1, other.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    run_for(io, milliseconds(700));
    CHECK_EQUAL(1U, http.requests());
    CHECK_EQUAL(0U, tftp.requests());
    CHECK_EQUAL(0U, other.requests());
}

TEST(ClusterFetch, ACutFileIsFetchedAgainFromTheNextServerFromItsBeginning) {
    HttpReply cut = good_reply(file_of(5'000));
    cut.text.resize(cut.text.size() - 1);
    const HttpServer first(io, {cut});
    const HttpServer second(io, {good_reply(file_of(6'000))});
    const TftpServer first_tftp(io, {.file = "not asked"});
    cluster.servers = {{here, first_tftp.port(), first.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(bytes == file_of(6'000));
    CHECK_EQUAL(2U, found);
    CHECK_EQUAL(0U, first_tftp.requests());
    CHECK_TRUE(is_up(cluster.servers[0]));
    STRCMP_CONTAINS("cut after 4999 bytes", health.find(cluster.servers[0])->last_error.c_str());
}

TEST(ClusterFetch, AWholeFileThatIsObjectedToIsAskedOfTheNextServer) {
    const HttpServer first(io, {good_reply("sign in here")});
    const HttpServer second(io, {good_reply("the file")});
    cluster.transport = Transport::http;
    cluster.servers = {{here, 1, first.port()}, {here, 1, second.port()}};
    objection = [this] { return bytes == "the file" ? std::nullopt : std::optional<std::string>("not the file"); };
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("the file", bytes.c_str());
    CHECK_EQUAL(2U, found);
    CHECK_TRUE(is_up(cluster.servers[0]));
    STRCMP_CONTAINS("not the file", health.find(cluster.servers[0])->last_error.c_str());
}

TEST(ClusterFetch, AFileThatIsObjectedToEverywhereIsBroken) {
    const HttpServer http(io, {good_reply("sign in here")});
    cluster.transport = Transport::http;
    cluster.servers = {{here, 1, http.port()}};
    objection = [] { return std::optional<std::string>("not the file"); };
    CHECK_TRUE(fetch() == FetchResult::broken);
    STRCMP_CONTAINS("not the file", outcome->reason.c_str());
}

TEST(ClusterFetch, ASingleServersOtherTransportIsTheLastResort) {
    HttpReply cut = good_reply(file_of(5'000));
    cut.text.resize(cut.text.size() - 1);
    const HttpServer http(io, {cut});
    const TftpServer tftp(io, {.file = file_of(5'000)});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(bytes == file_of(5'000));
}

TEST(ClusterFetch, OnlyBrokenAnswersAreBroken) {
    const HttpServer http(io, {{.text = "HTTP/1.1 200 OK\r\n\r\nhello"}});
    const TftpServer tftp(io, {.file = file_of(5'000), .tsize = 4'000});
    cluster.servers = {{here, tftp.port(), http.port()}, {here, closed_port(io), closed_port(io)}};
    CHECK_TRUE(fetch() == FetchResult::broken);
    CHECK_TRUE(is_up(cluster.servers[0]));
    STRCMP_CONTAINS("no Content-Length", outcome->reason.c_str());
    STRCMP_CONTAINS("length is not what tsize said", outcome->reason.c_str());
}

TEST(ClusterFetch, NotFoundAfterABrokenFileIsBroken) {
    HttpReply cut = good_reply(file_of(5'000));
    cut.text.resize(cut.text.size() - 1);
    const HttpServer first(io, {cut});
    const HttpServer second(io, {{.text = "HTTP/1.1 404 Not Found\r\n\r\n"}});
    cluster.transport = Transport::http;
    cluster.servers = {{here, 1, first.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::broken);
}

TEST(ClusterFetch, NotFoundByTftpAfterAnErrorStatusByHttpIsNotFound) {
    const HttpServer http(io, {{.text = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"}});
    const TftpServer tftp(io, {.error = tftp::ErrorCode::file_not_found});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::not_found);
}

TEST(ClusterFetch, TwoAnswersToOneRequestGoToTheNextServer) {
    const TftpServer first(io, {.file = file_of(5'000), .second_file = file_of(4'000)});
    const TftpServer second(io, {.file = file_of(6'000)});
    cluster.transport = Transport::tftp;
    cluster.servers = {{here, first.port(), 1}, {here, second.port(), 1}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(bytes == file_of(6'000));
}

TEST(ClusterFetch, TheSizeCapHoldsForEveryServer) {
    caps.max_size = 4'999;
    const HttpServer http(io, {good_reply(file_of(5'000))});
    const TftpServer tftp(io, {.file = file_of(5'000)});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::broken);
    CHECK_EQUAL(0U, found);
}

TEST(ClusterFetch, NothingIsCalledBeforeStartFetchReturns) {
    health.failed({here, 1, 1}, "no answer", Clock::now());
    cluster.servers = {{here, 1, 1}};
    const auto handle = start_fetch(io, cluster, "name", caps, health, events());
    CHECK_FALSE(outcome.has_value());
    run_for(io, milliseconds(5));
    CHECK_TRUE(outcome.has_value());
}

TEST(ClusterFetch, DestroyingItWhileServersAreAskedIsSilent) {
    const DeadHost dead(io);
    const TftpServer tftp(io, {.silent = true});
    cluster.servers = {dead.server(), {here, tftp.port(), closed_port(io)}};
    auto handle = start_fetch(io, cluster, "name", caps, health, events());
    run_for(io, milliseconds(750));
    handle.reset();
    run_for(io, milliseconds(700));
    CHECK_FALSE(outcome.has_value());
    CHECK_TRUE(is_up(cluster.servers[1]));
}

TEST(ClusterFetch, DestroyingItInsideAnyEventIsSilent) {
    const HttpServer http(io, {good_reply(file_of(300'000))});
    cluster.servers = {{here, 1, http.port()}};
    for (const std::string event : {"found", "bytes", "done"}) {
        std::unique_ptr<ClusterFetch> handle;
        std::string last;
        const auto on = [&](const std::string& name) {
            CHECK_TRUE(last != event);
            last = name;
            if (name == event) {
                handle.reset();
            }
        };
        handle = start_fetch(io, cluster, "name", caps, health,
                             {[&](std::optional<std::uint64_t>) { on("found"); }, [&](ByteView) { on("bytes"); },
                              [&](const FetchOutcome&) { on("done"); }});
        run_for(io, milliseconds(100));
        STRCMP_EQUAL(event.c_str(), last.c_str());
    }
}
