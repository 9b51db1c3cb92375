#include "tftpd/resolve/firmware_set.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

std::string members(const std::string& loads, const std::string& name = "sip88xx.14-2-1.loads") {
    std::string text;
    for (const auto& member : firmware_members(as_bytes(loads), name)) {
        text += member + " ";
    }
    return text;
}

}  // namespace

TEST_GROUP(FirmwareSet){};

TEST(FirmwareSet, LoadsFilesAreKnownByTheirEnding) {
    CHECK(is_loads_file("SIP88xx.LOADS"));
    CHECK_FALSE(is_loads_file("sip88xx.loads.sgn"));
    CHECK_FALSE(is_loads_file("loads"));
}

TEST(FirmwareSet, MembersAreFoundBehindABinaryHead) {
    const std::string head("\x01\x00\x02\x01\x01\x02\x00\x02\x02\x15\x0e\x00\x14SIP88XX.14-2-1.loads\0", 34);
    CHECK_EQUAL(std::string("kern88xx.14-2-1.sbn rootfs88xx.14-2-1.sbn "),
                members(head + "\xff\xfe\nkern88xx.14-2-1.sbn\nrootfs88xx.14-2-1.sbn\r\n"));
}

TEST(FirmwareSet, EachMemberIsNamedOnce) {
    CHECK_EQUAL(std::string("a1.sbn b2.zz.sgn "), members("a1.sbn\nA1.SBN\nb2.zz.sgn\na1.sbn"));
}

TEST(FirmwareSet, WordsThatAreNoFirmwareArePassedOver) {
    CHECK_EQUAL(std::string(), members("hello world 14-2-1 .sbn x.xml " + std::string(200, 'a') + ".sbn"));
    CHECK_EQUAL(std::string(), members(""));
}

TEST(FirmwareSet, MembersAndTheFileHaveBounds) {
    std::string loads;
    for (int i = 0; i < 100; ++i) {
        loads += "member" + std::to_string(i) + ".sbn\n";
    }
    CHECK_EQUAL(max_firmware_members, firmware_members(as_bytes(loads), "x.loads").size());
    CHECK(firmware_members(as_bytes(std::string(max_loads_size, ' ') + "a1.sbn"), "x.loads").empty());
}
