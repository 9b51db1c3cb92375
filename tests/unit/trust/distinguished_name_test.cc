#include "tftpd/trust/distinguished_name.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline::trust;

TEST_GROUP(DistinguishedName){};

TEST(DistinguishedName, CiscosOrderHoldsWhateverTheCertificatesOrder) {
    const auto reversed = samples::alice().key().self_signed("CN=x,OU=u,O=o,L=l,ST=s,C=PL", samples::noon, samples::noon);
    const auto mixed = samples::alice().key().self_signed("C=PL,O=o,OU=u,CN=x,ST=s,L=l", samples::noon, samples::noon);
    for (const auto& der : {reversed, mixed}) {
        CHECK_EQUAL(std::string("CN=x;OU=u;O=o;L=l;ST=s;C=PL"), Certificate::parse_der(*der)->subject);
    }
}

TEST(DistinguishedName, PartsWithoutAPlaceFollow) {
    const auto der = samples::alice().key().self_signed("serialNumber=7,CN=x", samples::noon, samples::noon);
    CHECK_EQUAL(std::string("CN=x;serialNumber=7"), Certificate::parse_der(*der)->subject);
}

TEST(DistinguishedName, SpellingsOfOneNameAreTheSame) {
    CHECK(same_name("CN=a;OU=b;O=c", "O=c,OU=b,CN=a"));
    CHECK(same_name("CN=a; O=Cisco Systems", "cn=a;o=\"Cisco Systems"));
    CHECK(same_name("CN=A", "cn=a"));
    CHECK(same_name("cn=\"SAST-ADN0054f509        \";ou=IPCBU", "CN=SAST-ADN0054f509,OU=IPCBU"));
    CHECK(!same_name("CN=a;O=c", "CN=a"));
    CHECK(!same_name("CN=a;CN=a", "CN=a"));
    CHECK(!same_name("CN=ab", "CN=a;b"));
}

TEST(DistinguishedName, NamesThatSayTheSameCompareTheSame) {
    CHECK_EQUAL(comparable_name("CN=a;OU=b"), comparable_name("ou=B, cn=\"A\""));
    CHECK(comparable_name("CN=a;OU=b") != comparable_name("CN=a;OU=c"));
    CHECK(comparable_name("CN=a;OU=b") != comparable_name("CN=a"));
}
