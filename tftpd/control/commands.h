// The commands of the daemon's socket, in Kea's shape: {"command": NAME, "arguments": {…}} in, {"result": N, "text": …,
// "arguments": …} out. What a command does is here; how it arrives is Kea's CommandMgr. docs/commands.md lists them all.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/base/result.h"
#include "tftpd/config/config.h"
#include "tftpd/tls/identity.h"

#include <cc/data.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace branchline {
class Resolver;
class Prewarmer;
class TftpServer;
class HttpFileService;
class ServiceSwitch;
class PhoneWatch;
class LeaseTable;
class Strangers;
class Exchange;
namespace trust {
class CertificateStores;
class OwnLists;
}  // namespace trust

/// What commands act on. The configuration commands call back into app/, which owns the running configuration.
struct CommandTargets {
    Resolver* resolver = nullptr;
    Prewarmer* prewarmer = nullptr;
    TftpServer* tftp = nullptr;
    HttpFileService* http = nullptr;
    ServiceSwitch* service = nullptr;
    PhoneWatch* phones = nullptr;
    const LeaseTable* leases = nullptr;
    const Strangers* strangers = nullptr;
    trust::CertificateStores* certificates = nullptr;
    trust::OwnLists* own_lists = nullptr;
    Exchange* exchange = nullptr;
    std::function<tls::IdentityPtr()> identity;                        ///< what TLS shows; null: nothing
    std::function<ConfigPtr()> config;                                 ///< the running one
    std::function<isc::data::ConstElementPtr()> config_document;       ///< the running one as Kea JSON
    std::function<void(isc::data::ConstElementPtr)> test_config;       ///< throws ConfigError
    std::function<void(isc::data::ConstElementPtr)> set_config;        ///< throws ConfigError; the old one keeps running
    std::function<void()> reload_config;                               ///< from the file; throws ConfigError
    std::function<std::string(const std::string& file)> write_config;  ///< returns the path written; throws ConfigError
    std::function<void()> shut_down;
    std::function<std::string()> not_serving_reason;              ///< empty = serving
    std::function<void()> tell_hook;                              ///< that serving has begun or ended, before its next second
    TimePoint started{};                                          ///< when the daemon began to serve
    std::function<TimePoint()> reloaded;                          ///< when the running configuration was taken
    std::function<unsigned()> threads;                            ///< that serve TFTP
    std::function<std::map<std::string, bool>()> partner_states;  ///< the other servers that phones are told: do they answer?
    /// The Failure goes to who asked.
    std::function<Result<bool>(const std::string& user, const std::string& password)> set_console_password;
};

/// Registers every command with Kea's CommandMgr; deregisters them on destruction. All on one thread.
class Commands {
public:
    explicit Commands(CommandTargets targets);
    ~Commands();
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;

    /// Runs one as if it had come over the socket; result 2 if there is none of that name. `arguments` may be null.
    [[nodiscard]] isc::data::ConstElementPtr run(const std::string& name, const isc::data::ConstElementPtr& arguments) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
