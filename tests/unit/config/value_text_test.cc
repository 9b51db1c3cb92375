#include "tftpd/config/value_text.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ValueText){};

TEST(ValueText, ValuesAreQuotedEscapedAndCutAtEightyBytes) {
    STRCMP_EQUAL("\"a b\"", shown("a b").c_str());
    STRCMP_EQUAL("\"\\u001b\\\"\"", shown("\x1b\"").c_str());
    STRCMP_EQUAL(("\"" + std::string(80, 'x') + "\"").c_str(), shown(std::string(80, 'x')).c_str());
    STRCMP_EQUAL(("\"" + std::string(80, 'x') + "\"…").c_str(), shown(std::string(81, 'x')).c_str());
}

TEST(ValueText, TypesHaveNames) {
    using isc::data::Element;
    STRCMP_EQUAL("the number 5", type_of(*Element::create(5)).c_str());
    STRCMP_EQUAL("a number too large", type_of(*Element::create(isc::util::int128_t(5))).c_str());
    STRCMP_EQUAL("a number with a fraction or exponent", type_of(*Element::create(1.5)).c_str());
    STRCMP_EQUAL("true", type_of(*Element::create(true)).c_str());
    STRCMP_EQUAL("null", type_of(*Element::create()).c_str());
    STRCMP_EQUAL("a string", type_of(*Element::create("x")).c_str());
    STRCMP_EQUAL("a list", type_of(*Element::createList()).c_str());
    STRCMP_EQUAL("a map", type_of(*Element::createMap()).c_str());
}
