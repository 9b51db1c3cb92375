// What the admin listener shows. Two kinds, and the listener (admin_service) and its connections (admin_connection) know
// nothing of what is in them: pages by path, which answer at once; and one site, which takes whatever paths it knows, may
// answer later, and may keep a client listening (AdminFeed).
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace branchline {

struct AdminRequest {
    std::string method;  ///< such as GET
    std::string path;    ///< without query
    std::string query{};
    std::string body{};
    std::map<std::string, std::string> headers{};  ///< by name in small letters
    boost::asio::ip::address from{};
    bool tls = false;        ///< came by TLS
    bool tls_there = false;  ///< could have come so

    /// "" = there is none.
    [[nodiscard]] std::string header(const std::string& name) const;
};

/// An answer that goes on: what is put in goes out to one client, until either side closes. May be used from any thread.
class AdminFeed {
public:
    static constexpr std::size_t max_waiting = 8u << 20;  ///< bytes for a client that does not take them; then it is cut off

    void put(std::string_view piece);
    void close();
    [[nodiscard]] bool closed() const;

    // The connection's side.
    /// `ready` is called, on any thread, whenever there is something to take or the feed was closed.
    void listen(std::function<void()> ready);
    std::optional<std::string> take();  ///< all that waits

private:
    mutable std::mutex mutex_;
    std::string waiting_;
    std::function<void()> ready_;
    bool closed_ = false;
};

struct AdminAnswer {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::shared_ptr<AdminFeed> feed{};  ///< instead of a body
};

/// Runs on the admin listener's thread and may take its time: no phone waits for it.
using AdminPage = std::function<AdminAnswer(const AdminRequest&)>;
using AdminPages = std::map<std::string, AdminPage>;  ///< by path, such as "/metrics"

/// To be called once, on any thread; the client may have gone.
using AdminReply = std::function<void(AdminAnswer)>;
/// Called on the listener's thread. Answers now or later and returns true, or returns false: the path is none of its own.
using AdminSite = std::function<bool(const AdminRequest&, const AdminReply&)>;

/// The page that was asked for; 404 with a list of what there is; 405 for methods other than GET and HEAD; 500 for a page that
/// throws.
AdminAnswer answer_admin(const AdminPages& pages, const AdminRequest& request);

}  // namespace branchline
