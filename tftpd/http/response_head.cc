#include "tftpd/http/response_head.h"

#include <array>
#include <cassert>
#include <charconv>

namespace branchline {
namespace {

const char* reason_of(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 413:
            return "Content Too Large";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        default:
            assert(false && "a status that this service never answers with");
            return "";
    }
}

}  // namespace

std::string format(const ResponseHead& head) {
    std::string text = "HTTP/1.1 " + std::to_string(head.status) + ' ' + reason_of(head.status) + "\r\n";
    if (head.length) {
        text += "Content-length: " + std::to_string(*head.length) + "\r\n";
    } else if (head.chunked) {
        text += "Transfer-Encoding: chunked\r\n";
    }
    text += "Cache-Control: no-store\r\n";
    if (head.status == 200) {
        text += "Content-type: */*\r\n";
    } else if (head.length.value_or(0) != 0) {
        text += "Content-type: text/plain\r\n";
    } else if (head.status == 405) {
        text += "Allow: GET, HEAD\r\n";
    } else if (head.status == 503) {
        text += "Retry-After: " + std::to_string(retry_after_seconds) + "\r\n";
    }
    if (head.close) {
        text += "Connection: close\r\n";
    }
    return text + "\r\n";
}

std::string chunk_begin(std::size_t size) {
    std::array<char, 2 * sizeof size> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
    return std::string(digits.data(), end) + "\r\n";
}

}  // namespace branchline
