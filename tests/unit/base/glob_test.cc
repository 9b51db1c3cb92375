#include "tftpd/base/glob.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Glob){};

TEST(Glob, AStarIsAnythingAndAQuestionMarkOneCharacter) {
    for (const auto* fits : {"ringlist.xml", "*", "ring*", "*.xml", "r*t*l", "ringlist.xm?", "**ring**", "ringlist.xml*"}) {
        CHECK_TEXT(fits_glob(fits, "ringlist.xml"), fits);
    }
    for (const auto* misses : {"", "ringlist", "ringlist.xml?", "RINGLIST.XML", "*.xm", "list*", "r*z*l", "ringlist.xml.*"}) {
        CHECK_FALSE_TEXT(fits_glob(misses, "ringlist.xml"), misses);
    }
    CHECK(fits_glob("*-locale/*", "german_germany-locale/mk-sip.jar"));
    CHECK(fits_glob("", ""));
    CHECK(fits_glob("*", ""));
    CHECK_FALSE(fits_glob("?", ""));
}

TEST(Glob, ManyStarsTakeNoLonger) {
    std::string pattern;
    for (int i = 0; i < 100; ++i) {
        pattern += "*a";
    }
    CHECK_FALSE(fits_glob(pattern + "b", std::string(255, 'a')));
}
