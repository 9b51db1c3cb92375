#include "tftpd/http/request_fault.h"

#include "tftpd/base/bytes.h"

#include <boost/beast/http/error.hpp>

namespace branchline {

namespace http = boost::beast::http;

std::optional<RequestFault> fault_of_head(const boost::system::error_code& error, bool too_long) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow || too_long) {
        return RequestFault{431, "a request head of more than 8 KiB"};
    }
    if (error == http::error::body_limit) {
        return RequestFault{413, "a request with a body"};
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_target).category()) {
        return std::nullopt;
    }
    return RequestFault{400, error.message()};
}

std::optional<RequestFault> fault_of(const http::request<http::empty_body>& request, bool has_body) {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        return RequestFault{405, "method " + escaped(std::string(request.method_string()), 16)};
    }
    if (has_body) {
        return RequestFault{413, "a request with a body"};
    }
    // RFC 9112 3.2: exactly one Host in HTTP/1.1. What it says does not matter here.
    if (const auto hosts = request.count(http::field::host); hosts > 1 || (hosts == 0 && request.version() >= 11)) {
        return RequestFault{400, hosts == 0 ? "no Host field" : "more than one Host field"};
    }
    return std::nullopt;
}

}  // namespace branchline
