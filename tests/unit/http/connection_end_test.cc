// How a connection ends: in time, and with nobody left waiting.
#include "tests/unit/http/connected_phone.h"

using namespace branchline;
using namespace branchline::test;

TEST_GROUP_BASE(HttpConnectionEnd, ConnectedPhone){};

TEST(HttpConnectionEnd, ASlowHeadEndsTheConnection) {
    connections.begin()->second->close();
    phone.socket.close();
    host.times.header = 20ms;
    connect();
    phone.send("GET /x HTTP/1.1\r\nHost:");
    CHECK(until_ended());
    CHECK_EQUAL(std::string(), phone.text);
    CHECK(until([&] { return connections.empty(); }));
}

TEST(HttpConnectionEnd, AnIdleConnectionEnds) {
    answer = {Answer::Kind::not_found, nullptr, "", ""};
    host.times.header = 20ms;  // counts from the next request on
    phone.send(real_request);
    CHECK(starts("HTTP/1.1 404 "));
    CHECK(until_ended());
}

TEST(HttpConnectionEnd, APhoneThatTakesNothingIsLetGo) {
    host.times.piece = 20ms;
    answer = {Answer::Kind::content, memory(std::string(64u << 20, 'x')), "files", ""};
    phone.send(real_request);
    const auto end = Clock::now() + 2s;
    while (!connections.empty() && Clock::now() < end) {
        io.restart();
        io.run_for(1ms);
    }
    CHECK(connections.empty());
    CHECK(until_ended());
    CHECK(phone.reset);
}

TEST(HttpConnectionEnd, APhoneThatHangsUpWhileItsFileIsLookedForIsLetGoAtOnce) {
    answer_at_once = false;
    phone.send(real_request);
    CHECK(until([&] { return open_questions.size() == 1; }));
    phone.socket.close();
    phone.ended = true;
    CHECK(until([&] { return connections.empty(); }));
    open_questions[0]({Answer::Kind::content, memory("late"), "files", ""});
    io.poll();
}

TEST(HttpConnectionEnd, APhoneThatHangsUpWhileItsFileStillArrivesIsLetGoAtOnce) {
    const auto content = std::make_shared<HandFedContent>(3000);
    answer = {Answer::Kind::content, content, "cluster:a", ""};
    phone.send(real_request);
    CHECK(until([&] { return content->waited_for(); }));
    phone.socket.close();
    phone.ended = true;
    CHECK(until([&] { return connections.empty(); }));
}

TEST(HttpConnectionEnd, ARequestSentBehindOneThatIsLookedForIsNotHangingUp) {
    answer_at_once = false;
    phone.send(real_request);
    CHECK(until([&] { return open_questions.size() == 1; }));
    phone.send(real_request);
    io.run_for(20ms);
    CHECK_EQUAL(1U, connections.size());
    open_questions[0]({Answer::Kind::content, memory("one"), "files", ""});
    CHECK(until([&] { return open_questions.size() == 2; }));
    open_questions[1]({Answer::Kind::content, memory("two"), "files", ""});
    CHECK(until([&] { return phone.text.ends_with("two"); }));
}

TEST(HttpConnectionEnd, FinishEndsAnIdleConnectionAtOnceAndABusyOneAfterItsAnswer) {
    answer_at_once = false;
    phone.send(real_request);
    CHECK(until([&] { return open_questions.size() == 1; }));
    connections.begin()->second->finish();
    CHECK(!connections.empty());
    open_questions[0]({Answer::Kind::content, memory("last"), "files", ""});
    CHECK(until_ended());
    CHECK_EQUAL(std::string("last"), phone.body());
    CHECK(!phone.reset);
    CHECK(until([&] { return connections.empty(); }));
}

TEST(HttpConnectionEnd, FinishClosesAnIdleConnection) {
    const auto connection = connections.begin()->second;
    connection->finish();
    CHECK(connections.empty());
    CHECK(until_ended());
}

TEST(HttpConnectionEnd, AnAnswerThatComesAfterTheEndIsDropped) {
    answer_at_once = false;
    phone.send(real_request);
    CHECK(until([&] { return open_questions.size() == 1; }));
    const auto connection = connections.begin()->second;
    connection->close();
    open_questions[0]({Answer::Kind::content, memory("late"), "files", ""});
    CHECK(until_ended());
    CHECK_EQUAL(std::string(), phone.text);
}
