#include "tftpd/http/admin_page.h"

#include <exception>

namespace branchline {

AdminAnswer answer_admin(const AdminPages& pages, const AdminRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") {
        return {405, "text/plain; charset=utf-8", "Only GET and HEAD are answered here.\n"};
    }
    const auto page = pages.find(request.path);
    if (page == pages.end()) {
        AdminAnswer answer{request.path == "/" ? 200U : 404U, "text/plain; charset=utf-8", "branchline-tftpd; here is:\n"};
        for (const auto& [path, unused] : pages) {
            answer.body += path + '\n';
        }
        return answer;
    }
    try {
        return page->second(request);
    } catch (const std::exception& error) {
        return {500, "text/plain; charset=utf-8", std::string(error.what()) + '\n'};
    }
}

}  // namespace branchline
