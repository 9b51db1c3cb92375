// Without a signing process; with one, signer_service_test tests both ends.
#include "tftpd/trust/remote_signer.h"

#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;

TEST_GROUP(RemoteSigner) {
    const SignerWish wish{.bits = 1024, .common_name = "a", .now = samples::noon};
};

TEST(RemoteSigner, APathThatIsTooLongOrNotThereIsNamed) {
    const auto nobody = connect_signer("/nonexistent/signer.sock", wish);
    CHECK(!nobody);
    STRCMP_CONTAINS("/nonexistent/signer.sock", nobody.error().text.c_str());
    const auto long_path = connect_signer("/" + std::string(108, 'x'), wish);
    CHECK(!long_path);
    STRCMP_CONTAINS("too long", long_path.error().text.c_str());
}
