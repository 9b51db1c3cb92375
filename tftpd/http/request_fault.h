// What keeps a request from being one for a file, as far as its head tells; only the name is request_target's.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <string>

namespace branchline {

struct RequestFault {
    unsigned status = 400;  ///< of the answer
    std::string reason;
};

/// A head that was not read to its end, or is too long. Nothing if the phone has closed, or was silent for too long: nobody is
/// there to be told.
std::optional<RequestFault> fault_of_head(const boost::system::error_code& error, bool too_long);

/// Nothing if the request is in order (RFC 9110, 9112). `has_body`: its fields announce one.
std::optional<RequestFault> fault_of(const boost::beast::http::request<boost::beast::http::empty_body>& request, bool has_body);

}  // namespace branchline
