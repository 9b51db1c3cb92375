#include "tftpd/app/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ServiceManager) {
    int listener = -1;

    // A socket in Linux's abstract namespace, under a name that the kernel chooses.
    void setup() override {
        listener = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        CHECK_EQUAL(0, ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)));
        socklen_t size = sizeof address;
        CHECK_EQUAL(0, ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size));
        const std::string name(address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    void teardown() override {
        ::close(listener);
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
            ::unsetenv(name);
        }
    }

    /// The next message, "" = none.
    std::string heard() const {
        std::array<char, 512> buffer{};
        const auto size = ::recv(listener, buffer.data(), buffer.size(), 0);
        return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }
};

TEST(ServiceManager, SaysHowFarWeAre) {
    ServiceManager manager;
    manager.ready("serving");
    STRCMP_EQUAL("READY=1\nSTATUS=serving", heard().c_str());
    manager.stopping("ending");
    STRCMP_EQUAL("STOPPING=1\nSTATUS=ending", heard().c_str());
}

TEST(ServiceManager, AReloadCarriesTheTimeItBegan) {
    ServiceManager manager;
    manager.reloading(TimePoint{} + std::chrono::milliseconds(1234567));
    STRCMP_EQUAL("RELOADING=1\nMONOTONIC_USEC=1234567000", heard().c_str());
}

TEST(ServiceManager, TheSameStatusIsSaidOnce) {
    ServiceManager manager;
    manager.ready("serving");
    heard();
    manager.status_is("serving");
    STRCMP_EQUAL("", heard().c_str());
    manager.status_is("not serving");
    manager.status_is("not serving");
    STRCMP_EQUAL("STATUS=not serving", heard().c_str());
    STRCMP_EQUAL("", heard().c_str());
}

TEST(ServiceManager, TheWatchdogIsFedOnlyIfThereIsOne) {
    ServiceManager unwatched;
    unwatched.alive();
    STRCMP_EQUAL("", heard().c_str());
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ServiceManager watched;
    watched.alive();
    STRCMP_EQUAL("WATCHDOG=1", heard().c_str());
}

TEST(ServiceManager, AWatchdogOfAnotherProcessIsNotOurs) {
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    ServiceManager manager;
    manager.alive();
    STRCMP_EQUAL("", heard().c_str());
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    ServiceManager ours;
    ours.alive();
    STRCMP_EQUAL("WATCHDOG=1", heard().c_str());
}

TEST(ServiceManager, WithoutOneNothingIsSaid) {
    ::unsetenv("NOTIFY_SOCKET");
    ServiceManager by_hand;
    by_hand.ready("serving");
    ::setenv("NOTIFY_SOCKET", "vsock:2:9999", 1);
    ServiceManager foreign;
    foreign.ready("serving");
    ::setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
    ServiceManager long_one;
    long_one.ready("serving");
    STRCMP_EQUAL("", heard().c_str());
}
