// config-get, -hash-get, -test, -set, -reload, -write: Kea's names, arguments and answers, so that its tools work with us.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"

#include <config/base_command_mgr.h>

#include <filesystem>

namespace branchline {
namespace {

using isc::config::BaseCommandMgr;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

// The document out of the arguments. What config-get gave may be handed back as it is, so its "hash" is let through.
ElementPtr document_of(const std::string& command, const ConstElementPtr& arguments) {
    const Arguments checked(command, arguments, {"Tftpd", "hash"});
    if (!arguments || !arguments->contains("Tftpd")) {
        throw ArgumentError(command + " needs the whole configuration as its arguments: { \"Tftpd\": { … } }");
    }
    auto document = Element::createMap();
    document->set("Tftpd", arguments->get("Tftpd"));
    return document;
}

ElementPtr hash_of(const CommandTargets& targets) {
    auto arguments = Element::createMap();
    arguments->set("hash", Element::create(BaseCommandMgr::getHash(targets.config_document())));
    return arguments;
}

}  // namespace

CommandList configuration_commands(const CommandTargets& targets) {
    return {
        {"config-get",
         [&targets](const ConstElementPtr&) {
             auto arguments = hash_of(targets);
             arguments->set("Tftpd", targets.config_document()->get("Tftpd"));
             return createAnswer(success, arguments);
         }},
        {"config-hash-get", [&targets](const ConstElementPtr&) { return createAnswer(success, hash_of(targets)); }},
        {"config-test",
         [&targets](const ConstElementPtr& arguments) {
             targets.test_config(document_of("config-test", arguments));
             return createAnswer(success, "The configuration is good; it was checked, not taken.");
         }},
        {"config-set",
         [&targets](const ConstElementPtr& arguments) {
             targets.set_config(document_of("config-set", arguments));
             return createAnswer(success, "Configuration applied; config-write makes it survive a restart.", hash_of(targets));
         }},
        {"config-reload",
         [&targets](const ConstElementPtr& arguments) {
             const Arguments none("config-reload", arguments, {});
             targets.reload_config();
             return createAnswer(success, "Configuration reloaded from its file.", hash_of(targets));
         }},
        {"config-write",
         [&targets](const ConstElementPtr& arguments) {
             const Arguments given("config-write", arguments, {"filename"});
             const auto path = targets.write_config(given.text("filename").value_or(""));
             auto written = Element::createMap();
             std::error_code error;
             const auto size = std::filesystem::file_size(path, error);
             written->set("filename", Element::create(path));
             written->set("size", Element::create(static_cast<std::int64_t>(error ? 0 : size)));
             return createAnswer(success, "Configuration written to " + path + '.', written);
         }},
    };
}

}  // namespace branchline
