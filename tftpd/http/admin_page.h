// What the admin listener shows: pages by path. Whoever has something to show registers a page; the listener (admin_service)
// and its connections (admin_connection) know nothing of what is on it.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace branchline {

struct AdminRequest {
    std::string method;  ///< GET or HEAD
    std::string path;    ///< without query
};

struct AdminAnswer {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

/// Runs on the admin listener's thread and may take its time: no phone waits for it.
using AdminPage = std::function<AdminAnswer(const AdminRequest&)>;
using AdminPages = std::map<std::string, AdminPage>;  ///< by path, such as "/metrics"

/// The page that was asked for; 404 with a list of what there is; 405 for methods other than GET and HEAD; 500 for a page that
/// throws.
AdminAnswer answer_admin(const AdminPages& pages, const AdminRequest& request);

}  // namespace branchline
