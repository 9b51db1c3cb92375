#include "tftpd/ctl/exchange_words.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(ExchangeWords){};

TEST(ExchangeWords, AFingerprintIsShownInGroupsThatCanBeRead) {
    std::string digits;
    for (int at = 0; at < 16; ++at) {
        digits += "1a2b";
    }
    CHECK_EQUAL(std::string("    1a2b 1a2b 1a2b 1a2b 1a2b 1a2b 1a2b 1a2b\n    1a2b 1a2b 1a2b 1a2b 1a2b 1a2b 1a2b 1a2b\n"),
                in_groups(digits));
}

TEST(ExchangeWords, AStatusHasWhatIsKnown) {
    CHECK_EQUAL(std::string("state            waiting\nown-fingerprint  1a2b\n"),
                exchange_text(Element::fromJSON(R"({ "state": "waiting", "own-fingerprint": "1a2b", "port": 6973 })")));
}
