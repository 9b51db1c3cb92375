#include "tftpd/http/hang_up.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using boost::asio::ip::tcp;

TEST_GROUP(HangUp) {
    boost::asio::io_context io{1};
    tcp::socket phone{io};
    tcp::socket ours{io};
    std::optional<bool> said;

    void setup() override {
        tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        phone.connect(acceptor.local_endpoint());
        ours = acceptor.accept();
        when_hung_up(ours, [this](bool hung_up) { said = hung_up; });
        io.poll();
        CHECK_FALSE(said.has_value());
    }
    void run() {
        io.run_one_for(std::chrono::seconds(2));
    }
};

TEST(HangUp, AnEndIsHangingUp) {
    phone.close();
    run();
    CHECK_TRUE(said == true);
}

TEST(HangUp, AResetIsHangingUp) {
    phone.set_option(boost::asio::socket_base::linger(true, 0));
    phone.close();
    run();
    CHECK_TRUE(said == true);
}

TEST(HangUp, BytesAreNotHangingUpAndStayToBeRead) {
    boost::asio::write(phone, boost::asio::buffer(std::string("GET")));
    run();
    CHECK_TRUE(said == false);
    CHECK_EQUAL(3U, ours.available());
}

TEST(HangUp, ClosingOurEndIsNotHangingUp) {
    ours.close();
    run();
    CHECK_TRUE(said == false);
}
