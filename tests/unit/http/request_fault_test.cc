#include "tftpd/http/request_fault.h"

#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

#include <CppUTest/TestHarness.h>

using namespace branchline;
namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;

namespace {

Request request(http::verb method = http::verb::get, unsigned version = 11) {
    Request made(method, "/ringlist.xml", version);
    made.set(http::field::host, "198.51.100.0:6970");
    return made;
}

unsigned status_of(const Request& asked, bool has_body = false) {
    const auto fault = fault_of(asked, has_body);
    return fault ? fault->status : 200;
}

unsigned status_of_head(const boost::system::error_code& error, bool too_long = false) {
    const auto fault = fault_of_head(error, too_long);
    return fault ? fault->status : 0;
}

}  // namespace

TEST_GROUP(RequestFault){};

TEST(RequestFault, OnlyGetAndHeadAreForFiles) {
    CHECK_EQUAL(200u, status_of(request()));
    CHECK_EQUAL(200u, status_of(request(http::verb::head)));
    CHECK_EQUAL(405u, status_of(request(http::verb::post), true));
    auto odd = request();
    odd.method_string(
        "\x01"
        "BREW");
    CHECK_EQUAL(std::string("method \\x01BREW"), fault_of(odd, false)->reason);
}

TEST(RequestFault, ABodyIsForNobody) {
    CHECK_EQUAL(413u, status_of(request(), true));
}

TEST(RequestFault, OneHostOnceItIsHttp11) {
    auto none = request();
    none.erase(http::field::host);
    CHECK_EQUAL(400u, status_of(none));
    none.version(10);
    CHECK_EQUAL(200u, status_of(none));
    auto two = request();
    two.insert(http::field::host, "other");
    CHECK_EQUAL(400u, status_of(two));
}

TEST(RequestFault, AHeadThatIsTooLongIsSaidToBe) {
    CHECK_EQUAL(431u, status_of_head(http::error::header_limit));
    CHECK_EQUAL(431u, status_of_head(http::error::buffer_overflow));
    CHECK_EQUAL(431u, status_of_head({}, true));
    CHECK_EQUAL(413u, status_of_head(http::error::body_limit));
    CHECK_EQUAL(400u, status_of_head(http::error::bad_version));
}

TEST(RequestFault, NobodyIsThereToBeTold) {
    CHECK_EQUAL(0u, status_of_head(http::error::end_of_stream));
    CHECK_EQUAL(0u, status_of_head(http::error::partial_message));
    CHECK_EQUAL(0u, status_of_head(boost::beast::error::timeout));
    CHECK_EQUAL(0u, status_of_head(boost::asio::error::connection_reset));
}
