#include "tftpd/console/console.h"

#include "tftpd/base/bytes.h"
#include "tftpd/base/counters.h"
#include "tftpd/base/host_name.h"
#include "tftpd/config/json_text.h"
#include "tftpd/console/assets.h"
#include "tftpd/console/live_rows.h"
#include "tftpd/console/live_topics.h"
#include "tftpd/console/load_history.h"
#include "tftpd/console/request_guard.h"
#include "tftpd/console/role.h"
#include "tftpd/console/sessions.h"
#include "tftpd/console/sign_in_limit.h"
#include "tftpd/log/log.h"

#include "console_messages.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr char json_type[] = "application/json; charset=utf-8";
constexpr char cookie_name[] = "branchline-console";
constexpr std::int64_t listed_live = 2000;  // phones in the live list

// Everything comes from here, and no other page may frame it.
constexpr char content_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

AdminAnswer json(const ConstElementPtr& value) {
    return {200, json_type, value->str()};
}

AdminAnswer refusal(unsigned status, const std::string& text) {
    auto map = Element::createMap();
    map->set("text", Element::create(text));
    return {status, json_type, map->str()};
}

/// "" if it is not there or is no text.
std::string text_of(const ConstElementPtr& map, const char* name) {
    const auto value = map->get(name);
    return value && value->getType() == Element::string ? value->stringValue() : std::string();
}

/// A piece of an upload whose end is still to come.
bool goes_on(const std::string& command, const ConstElementPtr& answer) {
    const auto arguments = answer->get("arguments");
    return command == "tftp-file-add" && arguments && text_of(arguments, "state") != "stored";
}

AdminAnswer signed_in(const AdminRequest& request, const std::string& token) {
    auto answer = json(Element::createMap());
    answer.headers.emplace_back("Set-Cookie", std::string(cookie_name) + '=' + token + "; Path=/; HttpOnly; SameSite=Strict" +
                                                  (request.tls ? "; Secure" : ""));
    return answer;
}

/// Passwords cross no network as they are typed, where there is a certificate: only what stays on the machine may come without
/// TLS.
bool must_come_by_tls(const AdminRequest& request) {
    return request.tls_there && !request.tls && !request.from.is_loopback();
}

// What was sent here has been read on the way, so only what reads is sent on.
AdminAnswer sent_to_https(const AdminRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") {
        return refusal(403, "The console takes this by https only.");
    }
    const auto query = request.query.empty() ? std::string() : '?' + request.query;
    return {308,
            "text/plain; charset=utf-8",
            "The console is at https here.\n",
            {{"Location", "https://" + request.header("host") + request.path + query}}};
}

ConstElementPtr phones_live() {
    auto arguments = Element::createMap();
    arguments->set("limit", Element::create(listed_live));
    return arguments;
}

}  // namespace

struct Console::Impl {
    Impl(std::filesystem::path file, Daemon its_daemon) : accounts(std::move(file)), daemon(std::move(its_daemon)) {
        watch_command("phones", "tftp-phone-list", phones_live(), LiveRows("phones", "mac", "silent"));
        watch_command("clusters", "tftp-cluster-list", nullptr, LiveRows("", "", ""));
        watch_command("scopes", "dhcp-scope-list", nullptr, LiveRows("", "", ""));
        watch_command("service", "tftp-service-status", nullptr, LiveRows("", "", ""));
        topics.add("load", {[](std::int64_t) {}, [this] { return load.everything(); }, [this] { return load.change(); }});
    }

    void watch_command(const char* topic, const char* command, const ConstElementPtr& arguments, LiveRows empty) {
        const auto rows = std::make_shared<LiveRows>(std::move(empty));
        topics.add(topic, {[this, rows, command, arguments](std::int64_t seconds) {
                               rows->take(daemon.run(command, arguments)->get("arguments"), seconds);
                           },
                           [rows] { return rows->everything(); }, [rows] { return rows->change(); }});
    }

    bool answer(const AdminRequest& request, const AdminReply& reply);
    AdminAnswer session(const AdminRequest& request);
    AdminAnswer first_use(const AdminRequest& request, const ConstElementPtr& given);
    AdminAnswer sign_in(const AdminRequest& request, const ConstElementPtr& given);
    AdminAnswer sign_out(const AdminRequest& request);
    AdminAnswer set_password(const AdminRequest& request, const ConstElementPtr& given);
    std::optional<AdminAnswer> run_command(const AdminRequest& request, const ConstElementPtr& given, const AdminReply& reply);
    AdminAnswer watch(const AdminRequest& request);
    std::optional<Role> role_of(const AdminRequest& request);
    std::optional<std::string> password_fault(Role role, const AdminRequest& request, const std::string& password,
                                              unsigned& status);

    const std::string machine = host_name();
    Accounts accounts;
    SignInLimit limit;  // the listener's thread alone
    const Daemon daemon;
    TimePoint next_look{};  // the main thread alone
    LoadHistory load;       // as well
    LiveTopics topics;      // their looks as well

    std::mutex mutex;  // of what follows
    Sessions sessions;
};

std::optional<Role> Console::Impl::role_of(const AdminRequest& request) {
    const std::lock_guard lock(mutex);
    return sessions.use(cookie(request, cookie_name), Clock::now());
}

AdminAnswer Console::Impl::session(const AdminRequest& request) {
    auto map = Element::createMap();
    map->set("first-use", Element::create(accounts.first_use()));
    map->set("from-this-machine", Element::create(request.from.is_loopback()));
    map->set("version", Element::create(daemon.version));
    if (const auto role = role_of(request)) {
        map->set("user", Element::create(std::string(name_of(*role))));
    }
    return json(map);
}

// Whoever comes first may choose, so it has to be somebody who is on the machine already.
AdminAnswer Console::Impl::first_use(const AdminRequest& request, const ConstElementPtr& given) {
    if (!request.from.is_loopback()) {
        return refusal(
            403,
            "The first password is set from the machine itself: by branchlinectl console password there, or through an "
            "SSH tunnel, ssh -L 6980:127.0.0.1:6980 MACHINE, then http://127.0.0.1:6980.");
    }
    if (!accounts.first_use()) {
        return refusal(403, "A password has been set already. Sign in with it.");
    }
    if (const auto set = accounts.set_password(Role::operator_, text_of(given, "password")); !set) {
        return refusal(400, set.error().text);
    }
    LOG_INFO(http_logger, CONSOLE_PASSWORD_SET).arg(std::string(name_of(Role::operator_))).arg(request.from.to_string());
    const std::lock_guard lock(mutex);
    return signed_in(request, sessions.open(Role::operator_, Clock::now()));
}

// Counts and logs what went wrong.
std::optional<std::string> Console::Impl::password_fault(Role role, const AdminRequest& request, const std::string& password,
                                                         unsigned& status) {
    const auto user = std::string(name_of(role));
    if (!limit.allows(request.from, Clock::now())) {
        status = 429;
        LOG_WARN(http_logger, CONSOLE_SIGN_IN_REFUSED).arg(user).arg(request.from.to_string()).arg("too many tries");
        return "Too many wrong passwords from your address. Wait a minute, then try again.";
    }
    if (!accounts.is_right(role, password)) {
        status = 401;
        limit.failed(request.from, Clock::now());
        LOG_WARN(http_logger, CONSOLE_SIGN_IN_REFUSED).arg(user).arg(request.from.to_string()).arg("wrong password");
        return "The name or the password is wrong.";
    }
    limit.succeeded(request.from);
    return std::nullopt;
}

AdminAnswer Console::Impl::sign_in(const AdminRequest& request, const ConstElementPtr& given) {
    const auto role = role_named(text_of(given, "user"));
    if (!role) {
        return refusal(401, "The name is \"operator\" or \"viewer\".");
    }
    unsigned status = 0;
    if (const auto fault = password_fault(*role, request, text_of(given, "password"), status)) {
        return refusal(status, *fault);
    }
    LOG_INFO(http_logger, CONSOLE_SIGNED_IN).arg(std::string(name_of(*role))).arg(request.from.to_string());
    const std::lock_guard lock(mutex);
    return signed_in(request, sessions.open(*role, Clock::now()));
}

AdminAnswer Console::Impl::sign_out(const AdminRequest& request) {
    const std::lock_guard lock(mutex);
    sessions.close(cookie(request, cookie_name));
    return json(Element::createMap());
}

// An operator's; the own one is asked for again, so that a page left open gives the console to nobody for good.
AdminAnswer Console::Impl::set_password(const AdminRequest& request, const ConstElementPtr& given) {
    const auto role = role_named(text_of(given, "user"));
    if (!role) {
        return refusal(400, "The name is \"operator\" or \"viewer\".");
    }
    unsigned status = 0;
    if (const auto fault = password_fault(Role::operator_, request, text_of(given, "own-password"), status)) {
        return refusal(status == 401 ? 403 : status, status == 401 ? "Your own password is wrong." : *fault);
    }
    if (const auto set = accounts.set_password(*role, text_of(given, "password")); !set) {
        return refusal(400, set.error().text);
    }
    LOG_INFO(http_logger, CONSOLE_PASSWORD_SET).arg(std::string(name_of(*role))).arg(request.from.to_string());
    const std::lock_guard lock(mutex);
    sessions.close_all_of(*role);
    return *role == Role::operator_ ? signed_in(request, sessions.open(*role, Clock::now())) : json(Element::createMap());
}

// Answers later, when the main thread has run it; what is returned is a refusal.
std::optional<AdminAnswer> Console::Impl::run_command(const AdminRequest& request, const ConstElementPtr& given,
                                                      const AdminReply& reply) {
    const auto role = role_of(request);
    const auto name = text_of(given, "command");
    const auto arguments = given->get("arguments");
    if (!role) {
        return refusal(401, "You are no longer signed in.");
    }
    if (!may_run(*role, name)) {
        return refusal(403, may_run(Role::operator_, name) ? "Only an operator may do this; you are signed in as viewer."
                                                           : "The console does not run the command \"" + escaped(name) + "\".");
    }
    // The daemon reads no file of the machine for somebody who sits elsewhere.
    if (arguments && arguments->getType() == Element::map && name == "tftp-file-add" && arguments->contains("path")) {
        return refusal(403, "A file is sent as \"data\" from here, not as a \"path\" of the machine.");
    }
    daemon.post([this, reply, name, arguments, role = *role, from = request.from.to_string()] {
        const auto answer = daemon.run(name, arguments);
        if (changes_something(name) && !goes_on(name, answer)) {
            const auto result = answer->get("result");
            LOG_INFO(http_logger, CONSOLE_COMMAND)
                .arg(std::string(name_of(role)))
                .arg(from)
                .arg(name)
                .arg(result ? result->str() : "none");
        }
        reply(json(answer));
    });
    return std::nullopt;
}

AdminAnswer Console::Impl::watch(const AdminRequest& request) {
    if (!role_of(request)) {
        return refusal(401, "You are no longer signed in.");
    }
    if (!topics.has(request.query)) {
        return refusal(400, "There is nothing of that name to watch.");
    }
    AdminAnswer answer{200, "text/event-stream"};
    answer.feed = topics.watch(request.query, cookie(request, cookie_name));
    return answer.feed ? answer : refusal(429, "Too many pages watch this already. Close one.");
}

bool Console::Impl::answer(const AdminRequest& request, const AdminReply& reply) {
    const auto assets = console_assets();
    const auto asset = std::find_if(assets.begin(), assets.end(), [&](const Asset& one) { return one.path == request.path; });
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool is_ours = (asset != assets.end() && reads) || request.path.starts_with("/api/");
    if (is_ours && must_come_by_tls(request)) {
        const auto why = foreign_host(request, machine);
        reply(why.empty() ? sent_to_https(request) : refusal(403, why));
        return true;
    }
    if (asset != assets.end() && reads) {
        reply(
            {200, std::string(asset->content_type), std::string(asset->bytes), {{"Content-Security-Policy", content_policy}}});
        return true;
    }
    if (!request.path.starts_with("/api/")) {
        return false;
    }
    if (const auto why = foreign(request, machine); !why.empty()) {
        reply(refusal(403, why));
        return true;
    }
    try {
        std::optional<AdminAnswer> answer = refusal(404, "There is no such thing here.");
        if (reads) {
            if (request.path == "/api/session") {
                answer = session(request);
            } else if (request.path == "/api/live") {
                answer = watch(request);
            }
        } else if (request.method == "POST") {
            const ConstElementPtr given = read_json_text(request.body, "request");
            if (request.path == "/api/command") {
                answer = run_command(request, given, reply);
            } else if (request.path == "/api/sign-in") {
                answer = sign_in(request, given);
            } else if (request.path == "/api/sign-out") {
                answer = sign_out(request);
            } else if (request.path == "/api/first-use") {
                answer = first_use(request, given);
            } else if (request.path == "/api/password") {
                answer = set_password(request, given);
            }
        }
        if (answer) {
            reply(std::move(*answer));
        }
    } catch (const std::exception& error) {
        reply(refusal(400, error.what()));
    }
    return true;
}

Console::Console(std::filesystem::path file, Daemon daemon)
    : impl_(std::make_unique<Impl>(std::move(file), std::move(daemon))) {}

Console::~Console() = default;

AdminSite Console::site() {
    return [this](const AdminRequest& request, const AdminReply& reply) { return impl_->answer(request, reply); };
}

Result<bool> Console::set_password(const std::string& user, const std::string& password) {
    const auto role = role_named(user);
    if (!role) {
        return Failure{"The console has no user \"" + escaped(user) + "\"; it is \"operator\" or \"viewer\"."};
    }
    auto set = impl_->accounts.set_password(*role, password);
    if (set) {
        LOG_INFO(http_logger, CONSOLE_PASSWORD_SET).arg(user).arg("control-socket");
        const std::lock_guard lock(impl_->mutex);
        impl_->sessions.close_all_of(*role);
    }
    return set;
}

void Console::tick(TimePoint now) {
    if (now < impl_->next_look) {
        return;
    }
    impl_->next_look = now + live_pace;
    impl_->load.look(counters, impl_->daemon.under_way(), now, std::chrono::system_clock::now());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    impl_->topics.tick(seconds, [&](const std::string& token) {
        const std::lock_guard lock(impl_->mutex);
        return impl_->sessions.is_open(token, now);
    });
}

}  // namespace branchline
