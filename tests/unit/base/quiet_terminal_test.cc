#include "tftpd/base/quiet_terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <fcntl.h>

#include <CppUTest/TestHarness.h>

using branchline::QuietTerminal;

TEST_GROUP(QuietTerminal) {
    int master = -1;
    int terminal = -1;

    void setup() override {
        master = ::posix_openpt(O_RDWR | O_NOCTTY);
        CHECK(master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0);
        terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
        CHECK(terminal >= 0);
    }
    void teardown() override {
        ::close(terminal);
        ::close(master);
    }
    bool echoes() const {
        termios now{};
        CHECK_EQUAL(0, ::tcgetattr(terminal, &now));
        return (now.c_lflag & ECHO) != 0;
    }
};

TEST(QuietTerminal, EchoesNothingWhileItLives) {
    CHECK(echoes());
    {
        const QuietTerminal quiet(terminal);
        CHECK_FALSE(echoes());
    }
    CHECK(echoes());
}

TEST(QuietTerminal, ATerminalThatWasQuietStaysSo) {
    const QuietTerminal before(terminal);
    {
        const QuietTerminal quiet(terminal);
    }
    CHECK_FALSE(echoes());
}
