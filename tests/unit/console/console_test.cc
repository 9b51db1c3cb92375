#include "tftpd/console/console.h"
#include "tests/unit/scratch.h"
#include "tftpd/console/assets.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::ConstElementPtr;
using isc::data::Element;

// The daemon around it is played: what it was asked is kept, and it answers as the control socket does.
TEST_GROUP(Console) {
    test::Scratch scratch;
    std::vector<std::string> asked;
    std::vector<std::function<void()>> posted;
    std::string phones = R"({ "result": 0, "arguments": { "phones": [ { "mac": "a" } ] } })";
    Console console{
        scratch / "accounts.json",
        {[this](const std::string& name, const ConstElementPtr& arguments) -> ConstElementPtr {
             asked.push_back(name + (arguments ? ' ' + arguments->str() : ""));
             return Element::fromJSON(phones);
         },
         [this](std::function<void()> work) { posted.push_back(std::move(work)); }, "1.2.3", [] { return UnderWay{3, 1}; }}};
    AdminSite site = console.site();
    std::string session{};
    const char* from = "127.0.0.1";
    bool tls = false;
    bool tls_there = false;
    std::string cookie_line{};

    AdminAnswer ask(const std::string& method, const std::string& path, const std::string& body = "",
                    const std::string& query = "") {
        AdminRequest request{method,
                             path,
                             query,
                             body,
                             {{"host", "127.0.0.1:6980"}, {"content-type", "application/json"}},
                             boost::asio::ip::make_address(from),
                             tls,
                             tls_there};
        if (!session.empty()) {
            request.headers["cookie"] = session;
        }
        AdminAnswer answered{0};
        CHECK(site(request, [&](AdminAnswer answer) { answered = std::move(answer); }));
        while (!posted.empty()) {
            const auto work = std::move(posted);
            posted.clear();
            for (const auto& one : work) {
                one();
            }
        }
        for (const auto& [name, value] : answered.headers) {
            if (name == "Set-Cookie") {
                session = value.substr(0, value.find(';'));
                cookie_line = value;
            }
        }
        return answered;
    }
    void become_operator() {
        LONGS_EQUAL(200, ask("POST", "/api/first-use", R"({ "password": "correct horse" })").status);
    }
};

TEST(Console, ThePageIsThereForEverybodyAndItsPolicyLetsNothingElseIn) {
    const auto page = ask("GET", "/");
    LONGS_EQUAL(200, page.status);
    STRCMP_CONTAINS("text/html", page.content_type.c_str());
    STRCMP_CONTAINS("app.js", page.body.c_str());
    STRCMP_EQUAL("Content-Security-Policy", page.headers.at(0).first.c_str());
    STRCMP_CONTAINS("text/javascript", ask("GET", "/app.js").content_type.c_str());
    CHECK(!site({"GET", "/metrics"}, [](AdminAnswer) { FAIL("the page is none of its own"); }));
}

TEST(Console, EverythingOfThePageIsAtMost150Kilobytes) {
    std::size_t bytes = 0;
    for (const auto& asset : console_assets()) {
        bytes += asset.bytes.size();
    }
    CHECK(bytes > 50'000);
    CHECK(bytes <= 150'000);
}

TEST(Console, NothingIsAnsweredWithoutSignIn) {
    LONGS_EQUAL(401, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
    LONGS_EQUAL(401, ask("GET", "/api/live", "", "phones").status);
    session = "branchline-console=0000";
    LONGS_EQUAL(401, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
    CHECK(asked.empty());
}

TEST(Console, TheFirstPasswordIsChosenOnceAndOnTheMachine) {
    from = "192.0.2.7";
    LONGS_EQUAL(403, ask("POST", "/api/first-use", R"({ "password": "correct horse" })").status);
    from = "127.0.0.1";
    STRCMP_CONTAINS(R"("first-use": true)", ask("GET", "/api/session").body.c_str());
    LONGS_EQUAL(400, ask("POST", "/api/first-use", R"({ "password": "short" })").status);
    become_operator();
    STRCMP_CONTAINS(R"("user": "operator")", ask("GET", "/api/session").body.c_str());
    LONGS_EQUAL(403, ask("POST", "/api/first-use", R"({ "password": "battery staple" })").status);
}

TEST(Console, ACommandIsRunAsOnTheSocket) {
    become_operator();
    const auto answer = ask("POST", "/api/command", R"({ "command": "tftp-phone-get", "arguments": { "phone": "x" } })");
    STRCMP_EQUAL(R"(tftp-phone-get { "phone": "x" })", asked.at(0).c_str());
    STRCMP_EQUAL(Element::fromJSON(phones)->str().c_str(), answer.body.c_str());
}

TEST(Console, AViewerOnlyLooks) {
    become_operator();
    LONGS_EQUAL(200, ask("POST", "/api/password",
                         R"({ "user": "viewer", "password": "battery staple", "own-password": "correct horse" })")
                         .status);
    LONGS_EQUAL(200, ask("POST", "/api/sign-in", R"({ "user": "viewer", "password": "battery staple" })").status);
    LONGS_EQUAL(200, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
    LONGS_EQUAL(403, ask("POST", "/api/command", R"({ "command": "tftp-service-stop" })").status);
    LONGS_EQUAL(403, ask("POST", "/api/password",
                         R"({ "user": "operator", "password": "battery staple", "own-password": "battery staple" })")
                         .status);
    UNSIGNED_LONGS_EQUAL(1, asked.size());
}

TEST(Console, NotEvenAnOperatorRunsEverything) {
    become_operator();
    for (const char* command : {R"({ "command": "shutdown" })", R"({ "command": "config-set" })", "{}",
                                R"({ "command": "tftp-file-add", "arguments": { "path": "/etc/passwd" } })"}) {
        LONGS_EQUAL(403, ask("POST", "/api/command", command).status);
    }
    CHECK(asked.empty());
}

TEST(Console, AfterFiveWrongPasswordsOneWaits) {
    become_operator();
    session.clear();
    for (int i = 0; i < 5; ++i) {
        LONGS_EQUAL(401, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "wrong horse" })").status);
    }
    LONGS_EQUAL(429, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "correct horse" })").status);
    from = "192.0.2.7";
    LONGS_EQUAL(200, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "correct horse" })").status);
}

TEST(Console, ANewPasswordEndsTheSessionsOfTheOld) {
    become_operator();
    const auto old = session;
    LONGS_EQUAL(200, ask("POST", "/api/password",
                         R"({ "user": "operator", "password": "battery staple", "own-password": "correct horse" })")
                         .status);
    LONGS_EQUAL(200, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
    session = old;
    LONGS_EQUAL(401, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
}

TEST(Console, WhoIsOnTheMachineSetsAPasswordAndEndsItsSessions) {
    CHECK(!!console.set_password("operator", "from the machine"));
    LONGS_EQUAL(403, ask("POST", "/api/first-use", R"({ "password": "battery staple" })").status);
    LONGS_EQUAL(200, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "from the machine" })").status);
    CHECK(!console.set_password("operator", "too short"));
    CHECK(!console.set_password("root", "from the machine"));
    LONGS_EQUAL(200, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
    CHECK(!!console.set_password("operator", "another one"));
    LONGS_EQUAL(401, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
    LONGS_EQUAL(200, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "another one" })").status);
}

TEST(Console, SigningOutEndsTheSession) {
    become_operator();
    LONGS_EQUAL(200, ask("POST", "/api/sign-out", "{}").status);
    LONGS_EQUAL(401, ask("POST", "/api/command", R"({ "command": "tftp-phone-list" })").status);
}

TEST(Console, WhatIsNoJsonIsRefused) {
    for (const char* body : {"", "{", "[]", "null", "x"}) {
        LONGS_EQUAL(400, ask("POST", "/api/sign-in", body).status);
    }
    LONGS_EQUAL(400, ask("POST", "/api/sign-in", std::string(100000, '[')).status);
    LONGS_EQUAL(404, ask("POST", "/api/nothing", "{}").status);
    LONGS_EQUAL(404, ask("GET", "/api/command").status);
    LONGS_EQUAL(404, ask("DELETE", "/api/command", "{}").status);
}

TEST(Console, WhoWatchesHearsEverythingThenChanges) {
    become_operator();
    const auto live = ask("GET", "/api/live", "", "phones");
    CHECK(live.feed != nullptr);
    STRCMP_EQUAL("text/event-stream", live.content_type.c_str());
    console.tick(Clock::now());
    const auto first = live.feed->take();
    STRCMP_EQUAL("data: { \"all\": true, \"phones\": [ { \"mac\": \"a\" } ] }\n\n", first->c_str());
    console.tick(Clock::now() + Console::live_pace);
    STRCMP_EQUAL(":\n\n", live.feed->take()->c_str());
    phones = R"({ "result": 3, "arguments": { "phones": [] } })";
    console.tick(Clock::now() + 2 * Console::live_pace);
    STRCMP_CONTAINS(R"("gone": [ "a" ])", live.feed->take()->c_str());
    LONGS_EQUAL(400, ask("GET", "/api/live", "", "everything").status);
}

TEST(Console, TheLoadIsLookedAtWhetherSomebodyWatchesOrNot) {
    console.tick(Clock::now());
    console.tick(Clock::now() + Console::live_pace);
    become_operator();
    const auto live = ask("GET", "/api/live", "", "load");
    console.tick(Clock::now() + 2 * Console::live_pace);
    const auto first = live.feed->take();
    STRCMP_CONTAINS(R"("all": true, "samples": [{"at": )", first->c_str());
    STRCMP_CONTAINS(R"("transfers": 3, "connections": 1)", first->c_str());
    console.tick(Clock::now() + 3 * Console::live_pace);
    STRCMP_CONTAINS(R"(data: {"samples": [{"at": )", live.feed->take()->c_str());
}

TEST(Console, WhoIsSignedOutWatchesNoLonger) {
    become_operator();
    const auto live = ask("GET", "/api/live", "", "phones");
    ask("POST", "/api/sign-out", "{}");
    console.tick(Clock::now());
    CHECK(live.feed->closed());
    CHECK(asked.empty());
}

TEST(Console, ByTlsTheCookieIsForTlsAlone) {
    become_operator();
    CHECK(cookie_line.find("; Secure") == std::string::npos);
    LONGS_EQUAL(200, ask("POST", "/api/sign-out", "{ }").status);
    tls = tls_there = true;
    LONGS_EQUAL(200, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "correct horse" })").status);
    CHECK(cookie_line.ends_with("; Secure"));
}

TEST(Console, FromElsewhereItIsReachedByTlsOnlyIfThatIsThere) {
    from = "192.0.2.9";
    LONGS_EQUAL(200, ask("GET", "/").status);
    tls_there = true;
    const auto sent_on = ask("GET", "/", "", "x=1");
    LONGS_EQUAL(308, sent_on.status);
    STRCMP_EQUAL("https://127.0.0.1:6980/?x=1", sent_on.headers.front().second.c_str());
    LONGS_EQUAL(403, ask("POST", "/api/sign-in", R"({ "user": "operator", "password": "correct horse" })").status);
    CHECK(asked.empty());
    tls = true;
    LONGS_EQUAL(200, ask("GET", "/").status);
    tls = false;
    from = "::1";
    LONGS_EQUAL(200, ask("GET", "/").status);
}
