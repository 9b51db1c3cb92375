// The web console behind the admin listener: its files, sign-in, the commands that a page sends, and the rows that change while
// one looks at them. It has no commands of its own: what a page asks for is a command of the control socket, with the same
// name, arguments and answer, held to what the role may run (role.h).
//
//   GET  /                the page (assets.h)
//   GET  /api/session     {"first-use", "user", "version"}: who am I?
//   POST /api/first-use   {"password"}: sets the operator's, once, from this machine only, and signs in
//   POST /api/sign-in     {"user", "password"}     POST /api/sign-out
//   POST /api/password    {"user", "password", "own-password"}: an operator sets a password
//   POST /api/command     {"command", "arguments"}, answered as on the control socket
//   GET  /api/live?TOPIC  server-sent events: everything first, then every two seconds what has changed
//
// Refusals are {"text": …} with 400, 401, 403 or 429.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/console/accounts.h"
#include "tftpd/console/load_history.h"
#include "tftpd/http/admin_page.h"

#include <cc/data.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace branchline {

class Console {
public:
    static constexpr std::chrono::seconds live_pace{2};

    /// What the console asks of the daemon around it.
    struct Daemon {
        /// Runs one command; on the main thread.
        std::function<isc::data::ConstElementPtr(const std::string& name, const isc::data::ConstElementPtr& arguments)> run;
        /// Has `work` done on the main thread soon; from any thread.
        std::function<void(std::function<void()> work)> post;
        std::string version;
        /// On the main thread.
        std::function<UnderWay()> under_way;
    };

    /// The accounts' `file` need not be there yet.
    Console(std::filesystem::path file, Daemon daemon);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// For the admin listener, which must end before the console does.
    [[nodiscard]] AdminSite site();

    /// Sets the password of "operator" or "viewer" for somebody on the machine, and ends that account's sessions. On any
    /// thread.
    Result<bool> set_password(const std::string& user, const std::string& password);

    /// About once a second, on the main thread: tells those who watch what has changed.
    void tick(TimePoint now);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
