#include "tftpd/http/open_connections.h"

#include <functional>
#include <memory>

#include <CppUTest/TestHarness.h>

using branchline::OpenConnections;

namespace {

struct Connection {
    std::function<void()> close{};
};

}  // namespace

TEST_GROUP(OpenConnections) {
    OpenConnections<Connection> open;
};

TEST(OpenConnections, AreHeldUntilTheyAreRemoved) {
    auto connection = std::make_shared<Connection>();
    const std::weak_ptr<Connection> seen = connection;
    open.add(std::move(connection));
    CHECK_EQUAL(1U, open.size());
    CHECK_FALSE(seen.expired());
    open.remove(*seen.lock());
    CHECK(open.empty());
    CHECK(seen.expired());
}

TEST(OpenConnections, EachMayEndAnyOfThemWhileAllAreGoneThrough) {
    int closed = 0;
    for (int i = 0; i < 3; ++i) {
        auto connection = std::make_shared<Connection>();
        connection->close = [this, &closed, one = connection.get()] {
            ++closed;
            open.remove(*one);
        };
        open.add(std::move(connection));
    }
    open.for_each([](Connection& one) { one.close(); });
    CHECK_EQUAL(3, closed);
    CHECK(open.empty());
}
