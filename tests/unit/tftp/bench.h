// What the benches of both sides of a transfer share.
#pragma once

#include "tftpd/tftp/packet.h"

#include <string>

#include <CppUTest/TestHarness.h>

#define STRINGS_EQUAL(expected, actual) CHECK_EQUAL(std::string(expected), (actual))

namespace branchline::tftp {

inline const OptionList window_of_four{{"blksize", "100"}, {"windowsize", "4"}};

}  // namespace branchline::tftp
