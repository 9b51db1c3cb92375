#include "tftpd/config/utf8.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Utf8){};

TEST(Utf8, FirstAndLastOfEachLengthAreWellFormed) {
    for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "aé€😀z"}) {
        CHECK_TEXT(is_utf8(text), text);
    }
}

TEST(Utf8, OverlongSurrogateStrayAndCutSequencesAreNot) {
    for (const char* text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe2\x82", "\xf0\x9f\x98", "a\xe9z", "\xc2\xc2\x80"}) {
        CHECK_FALSE(is_utf8(text));
    }
}
