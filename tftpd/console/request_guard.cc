#include "tftpd/console/request_guard.h"

#include "tftpd/base/letters.h"

#include <string_view>

namespace branchline {
namespace {

/// "[::1]:6980" to "::1", "box:6980" to "box".
std::string without_port(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return std::string(host.substr(1, end == std::string_view::npos ? end : end - 1));
    }
    return std::string(host.substr(0, host.find(':')));
}

bool is_ours(const std::string& host, const std::string& machine) {
    boost::system::error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    return !no_address || same_letters(host, "localhost") || (!machine.empty() && same_letters(host, machine));
}

}  // namespace

std::string foreign_host(const AdminRequest& request, const std::string& machine) {
    return is_ours(without_port(request.header("host")), machine)
               ? std::string()
               : "The console answers to its address, to localhost and to the name \"" + machine + "\" only.";
}

std::string foreign(const AdminRequest& request, const std::string& machine) {
    if (auto why = foreign_host(request, machine); !why.empty()) {
        return why;
    }
    const auto host = request.header("host");
    if (request.method == "GET" || request.method == "HEAD") {
        return {};
    }
    const auto site = request.header("sec-fetch-site");
    const auto origin = request.header("origin");
    if ((!site.empty() && site != "same-origin") ||
        (!origin.empty() && origin != (request.tls ? "https://" : "http://") + host)) {
        return "This was asked by a page of somebody else.";
    }
    if (request.header("content-type") != "application/json") {
        return "What changes anything is sent as application/json.";
    }
    return {};
}

std::string cookie(const AdminRequest& request, const std::string& name) {
    const auto all = request.header("cookie");
    std::string_view rest = all;
    while (!rest.empty()) {
        const auto end = rest.find(';');
        auto one = rest.substr(0, end);
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        if (one.starts_with(name + '=')) {
            return std::string(one.substr(name.size() + 1));
        }
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return {};
}

}  // namespace branchline
