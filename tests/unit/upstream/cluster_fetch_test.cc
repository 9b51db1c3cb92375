#include "tftpd/upstream/cluster_fetch.h"
#include "tests/unit/upstream/loopback.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;

TEST_GROUP(ClusterFetch) {
    boost::asio::io_context io;
    HealthTable health;
    Cluster cluster;
    FetchCaps caps;
    unsigned found = 0;
    std::optional<std::uint64_t> size;
    std::string bytes;
    std::optional<FetchOutcome> outcome;
    std::function<std::optional<std::string>()> objection;
    TimePoint started;
    milliseconds elapsed{0};

    void setup() override {
        cluster.id = "hq-east";
        caps.deadline = std::chrono::seconds(3);
        caps.stall_window = milliseconds(400);
    }

    FetchEvents events() {
        return {[this](std::optional<std::uint64_t> bytes_said) {
                    ++found;
                    size = bytes_said;
                    bytes.clear();
                    CHECK_FALSE(outcome.has_value());
                },
                [this](ByteView part) {
                    bytes += as_text(part);
                    CHECK_FALSE(outcome.has_value());
                },
                [this](FetchOutcome how) {
                    CHECK_FALSE(outcome.has_value());
                    outcome = std::move(how);
                },
                objection};
    }

    FetchResult fetch() {
        found = 0;
        bytes.clear();
        outcome.reset();
        started = Clock::now();
        const auto handle = start_fetch(io, cluster, "SEP001122334455.cnf.xml", caps, health, events());
        CHECK_TRUE(run_until(io, [this] { return outcome.has_value(); }, milliseconds(3500)));
        elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - started);
        run_for(io, milliseconds(5));
        return outcome->result;
    }

    bool is_up(const RemoteServer& server) const {
        const auto known = health.find(server);
        return !known || known->up;
    }
};

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

TEST(ClusterFetch, ADeadFirstServerCostsUnderASecondOnceAndNothingAfterwards) {
    const DeadHost dead(io);
    const TftpServer second(io, {.file = "second"});
    const TftpServer third(io, {.file = "third"});
    cluster.servers = {dead.server(), {here, second.port(), closed_port(io)}, {here, third.port(), closed_port(io)}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("second", bytes.c_str());
    CHECK_TRUE(elapsed < milliseconds(1400));
    CHECK_TRUE(health.find(cluster.servers[0])->suspected);  // a probe finds out
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_EQUAL(0U, third.requests());
}

TEST(ClusterFetch, ASlowFirstServerIsNotCalledDownAndIsAskedLast) {
    HttpReply slow = good_reply("slow");
    slow.delay = milliseconds(5000);
    const HttpServer first(io, {slow});
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, closed_port(io), first.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(is_up(cluster.servers[0]));
    CHECK_TRUE(health.order(cluster, Clock::now()).front() == cluster.servers[1]);
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_EQUAL(1U, first.requests());
}

TEST(ClusterFetch, ARefusingFirstServerCostsNothing) {
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, closed_port(io), closed_port(io)}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_FALSE(is_up(cluster.servers[0]));
}

TEST(ClusterFetch, AWhollyDeadClusterIsUnreachableWithinTwoSecondsAndThenAtOnce) {
    const DeadHost one(io);
    const DeadHost two(io);
    const DeadHost three(io);
    cluster.servers = {one.server(), two.server(), three.server()};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(2000));
    for (const auto& server : cluster.servers) {
        CHECK_FALSE(is_up(server));
    }
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(250));
    STRCMP_EQUAL("all servers are down", outcome->reason.c_str());
}

TEST(ClusterFetch, OneDeadServerIsUnreachableWithinTwoSeconds) {
    const DeadHost dead(io);
    cluster.servers = {dead.server()};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed >= milliseconds(1400) && elapsed < milliseconds(2000));
    CHECK_FALSE(is_up(cluster.servers[0]));
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

TEST(ClusterFetch, AServerThatIsConnectedButSlowIsTheOnlyOneAsked) {
    HttpReply late = good_reply("late");
    late.delay = milliseconds(450);
    const HttpServer http(io, {late});
    const TftpServer tftp(io, {});
    const HttpServer other(io, {good_reply("other")});
    cluster.servers = {{here, tftp.port(), http.port()}, {here, 1, other.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("late", bytes.c_str());
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

TEST(ClusterFetch, ADripDoesNotOutliveTheDeadline) {
    HttpReply drip = good_reply(file_of(5'000));
    drip.drip = milliseconds(1);  // the rest takes more than 4 s
    drip.drips_after = drip.text.size() - 4'500;
    const HttpServer http(io, {drip});
    cluster.servers = {{here, closed_port(io), http.port()}};
    caps.deadline = milliseconds(400);
    CHECK_TRUE(fetch() == FetchResult::broken);
    CHECK_TRUE(elapsed < milliseconds(3000));
    CHECK_TRUE(bytes.size() < 5'000);
}

TEST(ClusterFetch, ADeadlineBeforeAnyAnswerIsUnreachable) {
    const DeadHost dead(io);
    cluster.servers = {dead.server()};
    caps.deadline = milliseconds(200);
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(1000));
}

TEST(ClusterFetch, AServerWhoseNetworkIsUnreachableIsPassedOver) {
    const HttpServer second(io, {good_reply("second")});
    // Neither a connection nor, without SO_BROADCAST, a datagram can go there: the kernel says so, nothing is sent.
    cluster.servers = {{boost::asio::ip::make_address("255.255.255.255"), 69, 6970}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_FALSE(is_up(cluster.servers[0]));
    STRCMP_EQUAL("second", bytes.c_str());
}

TEST(ClusterFetch, AServerThatDiesInMidTransferIsReplacedByTheNextAndMarkedDown) {
    const TftpServer first(io, {.file = file_of(20'000), .die_after = 3});
    const TftpServer second(io, {.file = file_of(6'000)});
    cluster.transport = Transport::tftp;
    cluster.servers = {{here, first.port(), 1}, {here, second.port(), 1}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(bytes == file_of(6'000));
    CHECK_EQUAL(2U, found);
    CHECK_FALSE(is_up(cluster.servers[0]));
}

TEST(ClusterFetch, HttpThatAcceptsAndSaysNothingIsReplacedByTftp) {
    HttpReply nothing;
    nothing.then_close = false;
    const HttpServer http(io, {nothing});
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by tftp", bytes.c_str());
    CHECK_TRUE(is_up(cluster.servers[0]));
}

TEST(ClusterFetch, AServerThatOnlyAcceptsConnectionsIsSuspected) {
    HttpReply nothing;
    nothing.then_close = false;
    const HttpServer http(io, {nothing});
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, closed_port(io), http.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("second", bytes.c_str());
    CHECK_TRUE(elapsed >= milliseconds(550) && elapsed < milliseconds(1400));
    CHECK_TRUE(health.find(cluster.servers[0])->suspected);
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
}

TEST(ClusterFetch, ThreeServersThatOnlyAcceptConnectionsAreUnreachableWithinTwoSeconds) {
    HttpReply nothing;
    nothing.then_close = false;
    const HttpServer one(io, {nothing});
    const HttpServer two(io, {nothing});
    const HttpServer three(io, {nothing});
    cluster.servers = {{here, 1, one.port()}, {here, 1, two.port()}, {here, 1, three.port()}};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(2000));
    for (const auto& server : cluster.servers) {
        CHECK_FALSE(is_up(server));
    }
}

TEST(ClusterFetch, AServerThatIsSlowBeyondTheStaggerStillWinsWhenNobodyElseHasIt) {
    HttpReply late = good_reply("late");
    late.delay = milliseconds(1300);
    const HttpServer http(io, {late});
    const DeadHost dead(io);
    cluster.servers = {{here, closed_port(io), http.port()}, dead.server()};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("late", bytes.c_str());
    CHECK_TRUE(is_up(cluster.servers[0]));
}

TEST(ClusterFetch, AServerThatWasSilentWhenTheFetchIsDroppedIsProbedAtOnce) {
    const DeadHost dead(io);
    cluster.servers = {dead.server()};
    for (const auto wait : {milliseconds(100), milliseconds(500)}) {
        auto handle = start_fetch(io, cluster, "SEP001122334455.cnf.xml", caps, health, events());
        run_for(io, wait);
        CHECK_TRUE(health.due({cluster}, Clock::now()).empty());
        handle.reset();
    }
    CHECK_TRUE(is_up(cluster.servers[0]));
    CHECK_EQUAL(1U, health.due({cluster}, Clock::now()).size());
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
