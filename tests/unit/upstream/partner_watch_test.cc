#include "tftpd/upstream/partner_watch.h"
#include "tests/unit/upstream/loopback.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;

TEST_GROUP(PartnerWatch) {
    boost::asio::io_context io;
    PartnerWatchSettings settings{.interval = milliseconds(20), .patience = milliseconds(60)};
    std::function<bool(const IpAddress&)> is_own = [](const IpAddress&) { return false; };
    unsigned changes = 0;

    std::unique_ptr<PartnerWatch> watch(std::uint16_t port) {
        settings.port = port;
        return std::make_unique<PartnerWatch>(io, is_own, [this] { ++changes; }, settings);
    }
};

TEST(PartnerWatch, WhoSaysThatItHasNoSuchFileIsAlive) {
    const TftpServer server(io, {.error = tftp::ErrorCode::file_not_found});
    const auto partners = watch(server.port());
    partners->named({"127.0.0.1"});
    CHECK_TRUE(run_until(io, [&] { return server.requests() >= 4; }));
    CHECK_TRUE(partners->states().at("127.0.0.1"));
    CHECK_EQUAL(0U, changes);
    STRCMP_CONTAINS("branchline-probe", server.last_request().c_str() + 2);  // past the opcode
}

TEST(PartnerWatch, TwoQuestionsUnansweredAreDownAndOneAnswerIsUp) {
    const auto port = closed_port(io);
    const auto partners = watch(port);
    partners->named({"127.0.0.1"});
    CHECK_TRUE(run_until(io, [&] { return changes == 1; }));
    CHECK_FALSE(partners->states().at("127.0.0.1"));
    run_for(io, milliseconds(100));
    CHECK_EQUAL(1U, changes);
}

TEST(PartnerWatch, ASilentOneIsDownToo) {
    const DeadHost dead(io);
    const auto partners = watch(dead.server().tftp_port);
    partners->named({"127.0.0.1"});
    CHECK_TRUE(run_until(io, [&] { return changes == 1; }));
    CHECK_FALSE(partners->states().at("127.0.0.1"));
}

TEST(PartnerWatch, OurOwnAddressAndWhatIsNoneAreNotWatched) {
    is_own = [](const IpAddress& address) { return address.is_loopback(); };
    const auto partners = watch(closed_port(io));
    partners->named({"127.0.0.1", "tftp.example.com", ""});
    run_for(io, milliseconds(50));
    CHECK_TRUE(partners->states().empty());
}

TEST(PartnerWatch, NoMoreThanSixteenAreWatched) {
    const auto partners = watch(closed_port(io));
    for (int last = 1; last <= 17; ++last) {
        partners->named({"127.0.0." + std::to_string(last)});
    }
    run_for(io, milliseconds(10));
    CHECK_EQUAL(PartnerWatch::max_partners, partners->states().size());
}

TEST(PartnerWatch, ItMayGoWhileAQuestionIsOpen) {
    const DeadHost dead(io);
    auto partners = watch(dead.server().tftp_port);
    partners->named({"127.0.0.1"});
    run_for(io, milliseconds(10));
    partners->named({"127.0.0.2"});
    partners.reset();
    run_for(io, milliseconds(150));
    CHECK_EQUAL(0U, changes);
}
