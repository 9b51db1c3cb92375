#include "tftpd/console/live_topics.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(LiveTopics) {
    LiveTopics topics;
    int looks = 0;
    std::string closed_session{};

    void setup() override {
        topics.add("clock", {[this](std::int64_t) { ++looks; }, [this] { return "it is " + std::to_string(looks); },
                             [this] { return looks == 2 ? std::string() : "now " + std::to_string(looks); }});
    }
    void tick() {
        topics.tick(0, [this](const std::string& token) { return token != closed_session; });
    }
};

TEST(LiveTopics, EverythingFirstThenChangesAndASignOfLifeWithoutAny) {
    CHECK(topics.has("clock"));
    CHECK_FALSE(topics.has("weather"));
    tick();
    CHECK_EQUAL(0, looks);
    const auto early = topics.watch("clock", "a");
    tick();
    STRCMP_EQUAL("data: it is 1\n\n", early->take()->c_str());
    tick();
    STRCMP_EQUAL(":\n\n", early->take()->c_str());
    const auto late = topics.watch("clock", "b");
    tick();
    STRCMP_EQUAL("data: now 3\n\n", early->take()->c_str());
    STRCMP_EQUAL("data: it is 3\n\n", late->take()->c_str());
}

TEST(LiveTopics, WhoHasGoneOrSignedOutMakesRoom) {
    std::vector<std::shared_ptr<AdminFeed>> feeds;
    for (std::size_t i = 0; i < LiveTopics::max_watchers; ++i) {
        feeds.push_back(topics.watch("clock", i == 0 ? "a" : "b"));
    }
    CHECK(topics.watch("clock", "c") == nullptr);
    feeds.back()->close();
    closed_session = "a";
    tick();
    CHECK(feeds.front()->closed());
    CHECK(topics.watch("clock", "c") != nullptr);
    CHECK(topics.watch("clock", "c") != nullptr);
    CHECK(topics.watch("clock", "c") == nullptr);
}
