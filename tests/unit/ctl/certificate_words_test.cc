#include "tftpd/ctl/certificate_words.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(CertificateWords){};

TEST(CertificateWords, EndsThatAreNearStandOut) {
    CHECK_EQUAL(std::string("STORE  CLUSTER  SUBJECT  KEY       ENDS                FINGERPRINT\n"
                            "tvs    -        CN=a     RSA 2048  2031-01-06          0123456789abcdef\n"
                            "tvs    hq       CN=b     EC P-256  2026-12-20 (24 d)   0123456789abcdef\n"
                            "tvs    hq       CN=c     RSA 1024  2020-01-01 EXPIRED  0123456789abcdef\n"
                            "The store capf cannot be read: damaged\n"),
                certificate_table(Element::fromJSON(R"({ "certificates": [
        { "store": "tvs", "cluster-id": "", "subject": "CN=a", "key": "RSA 2048", "not-after": "2031-01-06 09:00:00",
          "days-left": 1502, "fingerprint": "0123456789abcdef0123" },
        { "store": "tvs", "cluster-id": "hq", "subject": "CN=b", "key": "EC P-256", "not-after": "2026-12-20 09:00:00",
          "days-left": 24, "fingerprint": "0123456789abcdef0123" },
        { "store": "tvs", "cluster-id": "hq", "subject": "CN=c", "key": "RSA 1024", "not-after": "2020-01-01 09:00:00",
          "days-left": -2500, "fingerprint": "0123456789abcdef0123" } ], "unreadable": { "capf": "damaged" } })")));
}

TEST(CertificateWords, AFileThatCannotBeReadIsSaidBeforeAnybodyIsAsked) {
    Request request;
    request.socket = "/nonexistent";
    LONGS_EQUAL(exit_failed, import_certificates(request, "/nonexistent/file"));
}
