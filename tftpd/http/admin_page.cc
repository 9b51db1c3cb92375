#include "tftpd/http/admin_page.h"

#include <exception>

namespace branchline {

std::string AdminRequest::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

void AdminFeed::put(std::string_view piece) {
    const std::lock_guard lock(mutex_);
    if (closed_) {
        return;
    }
    if (waiting_.size() + piece.size() > max_waiting) {
        closed_ = true;
        waiting_.clear();
    } else {
        waiting_ += piece;
    }
    if (ready_) {
        ready_();
    }
}

void AdminFeed::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (ready_) {
        std::exchange(ready_, nullptr)();
    }
}

bool AdminFeed::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

void AdminFeed::listen(std::function<void()> ready) {
    const std::lock_guard lock(mutex_);
    ready_ = std::move(ready);
    ready_();
}

std::optional<std::string> AdminFeed::take() {
    const std::lock_guard lock(mutex_);
    return waiting_.empty() ? std::nullopt : std::optional(std::exchange(waiting_, {}));
}

AdminAnswer answer_admin(const AdminPages& pages, const AdminRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") {
        return {405, "text/plain; charset=utf-8", "Only GET and HEAD are answered here.\n", {{"Allow", "GET, HEAD"}}};
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
