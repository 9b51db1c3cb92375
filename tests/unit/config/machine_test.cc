#include "tftpd/config/machine.h"

#include <cstdlib>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using boost::asio::ip::make_address;

TEST_GROUP(Machine){};

TEST(Machine, HasItsAddressesAndEveryLoopbackAddress) {
    const Machine machine{.addresses = {make_address("10.20.0.1"), make_address("2001:db8::1")}};
    for (const char* own :
         {"10.20.0.1", "::ffff:10.20.0.1", "2001:db8::1", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        CHECK_TEXT(machine.has(make_address(own)), own);
    }
    for (const char* other : {"10.20.0.2", "2001:db8::2", "::ffff:10.20.0.2", "::10.20.0.1"}) {
        CHECK_FALSE_TEXT(machine.has(make_address(other)), other);
    }
}

TEST(Machine, SocketsAreWhereKeaHasThem) {
    ::unsetenv("KEA_CONTROL_SOCKET_DIR");
    STRCMP_EQUAL("/run/kea", this_machine().socket_directory.c_str());
    ::setenv("KEA_CONTROL_SOCKET_DIR", "/tmp/sockets", 1);
    STRCMP_EQUAL("/tmp/sockets", this_machine().socket_directory.c_str());
    ::setenv("KEA_CONTROL_SOCKET_DIR", "", 1);
    STRCMP_EQUAL("/run/kea", this_machine().socket_directory.c_str());
    ::unsetenv("KEA_CONTROL_SOCKET_DIR");
}
