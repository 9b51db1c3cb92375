// The resolver with its real thread, sockets and clock: loopback only, and only ports where nobody listens, so that what a test
// waits for is a refused connection. What the clusters' answers lead to is resolver_core_test's.
#include "tftpd/resolve/resolver.h"

#include "tftpd/trust/signed_file.h"

#include "tests/unit/store/support.h"
#include "tftpd/phones/lease_table.h"

#include <sys/socket.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::text_of;

namespace {

IpAddress address(const char* text) {
    return boost::asio::ip::make_address(text);
}

/// A port of 127.0.0.1 on which nobody listens for UDP, and most likely not for TCP either.
std::uint16_t free_port() {
    boost::asio::io_context io;
    boost::asio::ip::udp::socket socket(io, {boost::asio::ip::address_v4::loopback(), 0});
    return socket.local_endpoint().port();
}

}  // namespace

TEST_GROUP(Resolver) {
    test::Scratch scratch;
    LeaseTable leases;
    std::shared_ptr<Config> config = std::make_shared<Config>();

    void setup() override {
        config->files = scratch.path() / "files";
        config->cache.path = scratch.path() / "cache";
        scratch.write("files/own.xml", "own");
    }
    static Cluster dead_cluster(const std::string& id) {
        Cluster cluster;
        cluster.id = id;
        cluster.servers.push_back({address("127.0.0.1"), free_port(), free_port()});
        return cluster;
    }
    static Answer ask(Resolver & resolver, const std::string& name, const char* from = "192.0.2.1", bool marked = false) {
        std::promise<Answer> answer;
        resolver.resolve({name, address(from), marked}, [&](Answer given) { answer.set_value(std::move(given)); });
        return answer.get_future().get();
    }
};

TEST(Resolver, OwnFileIsAnsweredOnTheCallersThread) {
    Resolver resolver(config, leases);
    std::thread::id thread;
    std::string source;
    resolver.resolve({"/OWN.xml", address("192.0.2.1"), false}, [&](const Answer& answer) {
        thread = std::this_thread::get_id();
        source = answer.source;
        CHECK_EQUAL(std::string("own"), text_of(*answer.content));
    });
    CHECK(thread == std::this_thread::get_id());
    CHECK_EQUAL(std::string("files"), source);
}

TEST(Resolver, UnsafeNamesAndLinksAreRefused) {
    Resolver resolver(config, leases);
    std::filesystem::create_symlink("own.xml", config->files / "link");
    CHECK(ask(resolver, "../own.xml").kind == Answer::Kind::refused);
    CHECK(ask(resolver, "a\\b").kind == Answer::Kind::refused);
    CHECK(ask(resolver, "").kind == Answer::Kind::refused);
    CHECK(ask(resolver, "link").kind == Answer::Kind::refused);
}

TEST(Resolver, WithoutClustersWhatIsNotHereIsNotFound) {
    Resolver resolver(config, leases);
    CHECK(ask(resolver, "other.xml").kind == Answer::Kind::not_found);
}

TEST(Resolver, UnreachableClusterIsUnavailableAndItsServerDown) {
    config->clusters.push_back(dead_cluster("a"));
    Resolver resolver(config, leases);
    CHECK(ask(resolver, "other.xml").kind == Answer::Kind::unavailable);
    const auto status = resolver.cluster_status();
    CHECK_EQUAL(1u, status.size());
    CHECK_EQUAL(std::string("a"), status[0].id);
    CHECK(!status[0].servers[0].up);
    CHECK_EQUAL(std::string("unknown"), status[0].servers[0].transport);
    CHECK_EQUAL(std::string("own"), text_of(*ask(resolver, "own.xml").content));
}

TEST(Resolver, LoopRuleHoldsForConfiguredServersAndMarkedRequests) {
    config->clusters.push_back(dead_cluster("a"));
    Resolver resolver(config, leases);
    CHECK_EQUAL(std::string("loop"), ask(resolver, "other.xml", "127.0.0.1").source);
    CHECK_EQUAL(std::string("loop"), ask(resolver, "other.xml", "::ffff:127.0.0.1").source);
    CHECK_EQUAL(std::string("loop"), ask(resolver, "other.xml", "192.0.2.1", true).source);
    CHECK_EQUAL(std::string("files"), ask(resolver, "own.xml", "127.0.0.1").source);
}

TEST(Resolver, AnothersDeviceFileIsRefusedWhenTheBindingIsEnforced) {
    scratch.write("files/SEP001122334455.cnf.xml", "phone");
    api::LeaseEvent event;
    event.mac = MacAddress{0, 0x11, 0x22, 0x33, 0x44, 0x55};
    event.address = "192.0.2.1";
    leases.update(event, Clock::now());
    config->clusters.push_back(dead_cluster("a"));
    for (const auto binding : {DeviceBinding::off, DeviceBinding::log, DeviceBinding::enforce}) {
        config->device_binding = binding;
        Resolver resolver(config, leases);
        const auto answer = ask(resolver, "/SEP001122334455.cnf.xml", "192.0.2.2");
        CHECK((answer.kind == Answer::Kind::refused) == (binding == DeviceBinding::enforce));
        CHECK_EQUAL(std::string(binding == DeviceBinding::enforce ? "binding" : "files"), answer.source);
        CHECK_EQUAL(std::string("files"), ask(resolver, "SEP001122334455.cnf.xml", "192.0.2.1").source);
        CHECK_EQUAL(std::string("files"), ask(resolver, "own.xml", "192.0.2.2").source);
        // A mark is anybody's to make; a cluster's server is let through.
        CHECK((ask(resolver, "SEP001122334455.cnf.xml", "192.0.2.2", true).kind == Answer::Kind::refused) ==
              (binding == DeviceBinding::enforce));
        CHECK_EQUAL(std::string("files"), ask(resolver, "SEP001122334455.cnf.xml", "127.0.0.1").source);
    }
}

TEST(Resolver, ReconfigureTakesNewFilesClustersAndCache) {
    config->clusters.push_back(dead_cluster("a"));
    Resolver resolver(config, leases);
    auto next = std::make_shared<Config>(*config);
    next->files = scratch.path() / "other";
    next->cache.path = scratch.path() / "other-cache";
    next->clusters = {dead_cluster("b"), dead_cluster("c")};
    scratch.write("other/new.xml", "new");
    resolver.reconfigure(next);
    CHECK_EQUAL(std::string("new"), text_of(*ask(resolver, "new.xml").content));
    CHECK_EQUAL(2u, resolver.cluster_status().size());
    CHECK(ask(resolver, "own.xml").kind == Answer::Kind::unavailable);
    next = std::make_shared<Config>(*next);
    next->clusters.clear();
    resolver.reconfigure(next);
    CHECK(ask(resolver, "own.xml").kind == Answer::Kind::not_found);
}

TEST(Resolver, FlushOfNothingFlushesNothing) {
    config->clusters.push_back(dead_cluster("a"));
    Resolver resolver(config, leases);
    CHECK_EQUAL(0u, resolver.flush({}));
    CHECK_EQUAL(0u, resolver.cache_entries().size());
}

TEST(Resolver, ManyThreadsAreAllAnsweredWhileItIsReconfiguredAndStopped) {
    config->clusters.push_back(dead_cluster("a"));
    constexpr int threads = 4;
    constexpr int questions = 200;
    std::atomic<int> answers{0};
    {
        Resolver resolver(config, leases);
        std::vector<std::thread> askers;
        for (int t = 0; t < threads; ++t) {
            askers.emplace_back([&, t] {
                for (int i = 0; i < questions; ++i) {
                    const std::string name = i % 3 == 0 ? "own.xml" : "name" + std::to_string(i % 7) + std::to_string(t);
                    resolver.resolve({name, address("192.0.2.1"), false}, [&](const Answer&) { ++answers; });
                }
            });
        }
        for (int i = 0; i < 5; ++i) {
            resolver.reconfigure(std::make_shared<Config>(*config));
        }
        for (auto& asker : askers) {
            asker.join();
        }
    }
    CHECK_EQUAL(threads * questions, answers.load());
}

TEST(Resolver, AnOwnFileIsSignedAndAnOwnSignedFileStripped) {
    config->trust = {.path = scratch.path() / "trust", .https = {}, .key_bits = 1024};
    config->signature_algorithm = SignatureAlgorithm::sha512;
    Resolver resolver(config, leases);
    const auto file = ask(resolver, "OWN.xml.sgn");
    CHECK_EQUAL(std::string("signed"), file.source);
    const auto bytes = text_of(*file.content);
    const auto parsed = trust::SignedFile::parse(as_bytes(bytes));
    CHECK(static_cast<bool>(parsed));
    STRCMP_EQUAL("OWN.xml.sgn", parsed->file_name.c_str());
    CHECK(parsed->digest == trust::Digest::sha512);
    CHECK_EQUAL(std::string("own"), std::string(as_text(parsed->body)));

    scratch.write("files/only.xml.sgn", bytes);
    const auto stripped = ask(resolver, "only.xml");
    CHECK_EQUAL(std::string("stripped"), stripped.source);
    CHECK_EQUAL(std::string("own"), text_of(*stripped.content));
    CHECK_EQUAL(bytes, text_of(*ask(resolver, "only.xml.sgn").content));
}

TEST(Resolver, WhatCannotBeSignedOrStrippedIsAskedElsewhere) {
    config->trust = {.path = scratch.path() / "trust", .https = {}, .key_bits = 1024};
    scratch.write("trust/signer/signing.key", "no key");
    scratch.write("files/only.xml.sgn", "no envelope");
    scratch.write("files/own.loads", "firmware");
    config->clusters.push_back(dead_cluster("a"));
    Resolver resolver(config, leases);
    CHECK(ask(resolver, "own.xml.sgn").kind == Answer::Kind::unavailable);
    CHECK(ask(resolver, "only.xml").kind == Answer::Kind::unavailable);
    CHECK(ask(resolver, "own.loads.sgn").kind == Answer::Kind::unavailable);
    CHECK_EQUAL(std::string("loop"), ask(resolver, "own.xml.sgn", "127.0.0.1").source);
}

TEST(Resolver, ReconfigureTakesAnotherKeyWhileFilesAreSigned) {
    config->trust = {.path = scratch.path() / "trust", .https = {}, .key_bits = 1024};
    Resolver resolver(config, leases);
    std::promise<Answer> early;
    resolver.resolve({"own.xml.sgn", address("192.0.2.1"), false}, [&](Answer given) { early.set_value(std::move(given)); });
    auto next = std::make_shared<Config>(*config);
    next->trust.path = scratch.path() / "other";
    resolver.reconfigure(next);
    (void)early.get_future().get();
    CHECK_EQUAL(std::string("signed"), ask(resolver, "own.xml.sgn").source);
    next = std::make_shared<Config>(*next);
    next->trust.path.clear();
    resolver.reconfigure(next);
    CHECK(ask(resolver, "own.xml.sgn").kind == Answer::Kind::not_found);
}
