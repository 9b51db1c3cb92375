#include "tftpd/console/role.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Role){};

TEST(Role, AViewerLooksAndChangesNothing) {
    for (const char* command : {"tftp-phone-list", "tftp-phone-explain", "tftp-cluster-list", "statistic-get-all"}) {
        CHECK(may_run(Role::viewer, command));
        CHECK(!changes_something(command));
    }
    for (const char* command : {"tftp-cluster-add", "tftp-file-del", "tftp-service-stop", "config-write", "tftp-cache-flush"}) {
        CHECK(!may_run(Role::viewer, command));
        CHECK(may_run(Role::operator_, command));
        CHECK(changes_something(command));
    }
}

TEST(Role, WhatEndsTheDaemonOrReplacesItsConfigurationIsNotForTheConsole) {
    for (const char* command : {"shutdown", "config-set", "config-get", "statistic-reset-all", "no-such-command", ""}) {
        CHECK(!may_run(Role::operator_, command));
    }
}

TEST(Role, TheTwoNames) {
    CHECK(role_named("operator") == Role::operator_);
    CHECK(role_named("viewer") == Role::viewer);
    CHECK(!role_named("root"));
    CHECK(!role_named(""));
}
