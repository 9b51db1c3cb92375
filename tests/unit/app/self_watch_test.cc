#include "tftpd/app/self_watch.h"
#include "tests/unit/scratch.h"
#include "tftpd/base/thread_pulse.h"
#include "tftpd/config/config_error.h"
#include "tftpd/http/file_service.h"
#include "tftpd/phones/lease_table.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/tftp_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using std::chrono::seconds;

TEST_GROUP(SelfWatch) {
    branchline::test::Scratch scratch;
    std::shared_ptr<Config> config = std::make_shared<Config>();
    LeaseTable leases;
    std::optional<Resolver> resolver;
    std::optional<TftpServer> tftp;
    std::optional<HttpFileService> http;
    std::optional<SelfWatch> watch;
    TimePoint now{};

    void setup() override {
        std::filesystem::create_directories(scratch / "files");
        config->files = scratch / "files";
        config->cache.path = scratch / "cache";
        config->threads = 2;
        config->tftp_port = free_port();
        config->http_port = 0;
        Cluster cluster;
        cluster.id = "hq";
        config->clusters = {cluster};  // without servers: unreachable at once
        resolver.emplace(config, leases);
        tftp.emplace(config, *resolver);
        http.emplace(config, *resolver);
        watch.emplace(*resolver, *tftp, *http, leases);
        watch->configured(config, now);
    }
    void teardown() override {
        watch.reset();
        http.reset();
        tftp.reset();
        resolver.reset();
    }

    static std::uint16_t free_port() {
        const int socket = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        socklen_t size = sizeof address;
        CHECK_EQUAL(0, ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size));
        CHECK_EQUAL(0, ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size));
        ::close(socket);
        return ntohs(address.sin6_port);
    }
};

TEST(SelfWatch, ServesWhenAllThreadsLive) {
    LONGS_EQUAL(503, watch->health(now).status);
    STRCMP_EQUAL("", watch->look("", now).c_str());
    LONGS_EQUAL(200, watch->health(now).status);
    STRCMP_EQUAL("serving, 1 cluster", watch->status().c_str());
    CHECK(watch->snapshot(now).serving);
}

TEST(SelfWatch, WhatElseKeepsPhonesFromBeingServedIsSaid) {
    STRCMP_EQUAL("no address", watch->look("no address", now).c_str());
    STRCMP_EQUAL("not serving: no address\n", watch->health(now).body.c_str());
    STRCMP_EQUAL("not serving: no address", watch->status().c_str());
}

TEST(SelfWatch, AThreadThatHangsIsNamed) {
    std::promise<void> go_on;
    std::promise<void> hangs;
    // What no caller may do: hold the resolver's thread.
    resolver->resolve({.name = "nobody.has", .asked_by = boost::asio::ip::make_address("192.0.2.5")}, [&](Answer) {
        hangs.set_value();
        go_on.get_future().wait();
    });
    hangs.get_future().wait();
    for (unsigned beat = 0; beat < ThreadPulse::dead; ++beat) {
        watch->beat();
        CHECK(watch->all_threads_live());
        std::this_thread::sleep_for(std::chrono::milliseconds(50));  // in which the threads that live answer
    }
    watch->beat();
    CHECK_FALSE(watch->all_threads_live());
    STRCMP_EQUAL("the thread resolver hangs", watch->look("", now).c_str());
    const auto health = watch->health(now);
    LONGS_EQUAL(503, health.status);
    STRCMP_EQUAL("not serving: the thread resolver hangs\n", health.body.c_str());
    const auto snapshot = watch->snapshot(now);  // does not wait for that thread
    CHECK_FALSE(snapshot.serving);
    CHECK(snapshot.clusters.empty());

    go_on.set_value();
    (void)resolver->cluster_status();  // it moves again
    watch->beat();
    CHECK(watch->all_threads_live());
    STRCMP_EQUAL("", watch->look("", now).c_str());
}

TEST(SelfWatch, TheMainThreadIsMissedToo) {
    watch->look("", now);
    LONGS_EQUAL(200, watch->health(now + SelfWatch::main_thread_patience).status);
    const auto health = watch->health(now + SelfWatch::main_thread_patience + seconds(1));
    LONGS_EQUAL(503, health.status);
    STRCMP_CONTAINS("main thread", health.body.c_str());
}

TEST(SelfWatch, ARefusedReloadIsNoReasonNotToServe) {
    watch->look("", now);
    watch->reload_refused(true);
    LONGS_EQUAL(200, watch->health(now).status);
    CHECK(watch->snapshot(now).reload_refused);
    STRCMP_CONTAINS("refused", watch->status().c_str());
}

TEST(SelfWatch, TheEndIsSaid) {
    watch->look("", now);
    watch->ending();
    LONGS_EQUAL(503, watch->health(now).status);
}
