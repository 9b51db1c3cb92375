// tftp-trust-build and -drop: the trust lists of our own that phones of this site get (trust/list_entries.h says of what).
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/trust/list_entries.h"
#include "tftpd/trust/own_lists.h"
#include "tftpd/trust/wall_clock.h"
#include "tftpd/base/host_name.h"
#include "tftpd/control/certificate_element.h"

#include "control_messages.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using trust::Certificate;
using trust::ListKind;
using trust::TrustList;

ListKind kind_of(const Arguments& given, const std::string& command) {
    const auto name = given.needed_text("list");
    if (name != "itl" && name != "ctl") {
        throw ArgumentError(command + ": \"list\" must be \"itl\" or \"ctl\"");
    }
    return name == "itl" ? ListKind::itl : ListKind::ctl;
}

std::optional<std::array<std::uint8_t, 4>> address_of(const Arguments& given) {
    const auto text = given.text("address");
    if (!text) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address_v4(*text, error);
    if (error) {
        throw ArgumentError(
            "tftp-trust-build: \"address\" must be an IPv4 address; a list has no place for others, whose phones go "
            "by the host");
    }
    return address.to_bytes();
}

std::uint8_t signer_minor_of(const Arguments& given, const Config& config) {
    const auto version = given.text("version").value_or(config.https_ports.empty() ? "1.0" : "1.1");
    if (version != "1.0" && version != "1.1") {
        throw ArgumentError("tftp-trust-build: \"version\" must be \"1.0\", or \"1.1\" for phones that are to fetch by HTTPS");
    }
    return version == "1.1" ? 1 : 0;
}

// The certificates that we show by TLS.
std::vector<Certificate> shown_certificates(const CommandTargets& targets) {
    const auto identity = targets.identity ? targets.identity() : nullptr;
    std::vector<Certificate> found;
    for (const auto& one : identity ? *identity : tls::Identity()) {
        found.push_back(one.certificate());
    }
    return found;
}

ElementPtr summary(const TrustList& list, ByteView file) {
    auto answered = Element::createMap();
    const auto set = [](const ElementPtr& map, const char* name, const std::string& value) {
        map->set(name, Element::create(shown_name(value)));
    };
    set(answered, "file", list.header.file_name);
    set(answered, "signer", list.header.signer.subject);
    set(answered, "md5", trust::hex(trust::hash(trust::Digest::md5, {file})));
    set(answered, "sha1", trust::hex(trust::hash(trust::Digest::sha1, {file})));
    answered->set("bytes", number(file.size()));
    auto records = Element::createList();
    for (const auto& one : list.records) {
        auto record = Element::createMap();
        set(record, "role", trust::role_name(one.role));
        set(record, "host", one.host);
        set(record, "subject", one.subject);
        set(record, "serial", trust::hex(one.serial));
        const auto key = trust::PublicKey::parse(one.public_key);
        set(record, "key", key ? key->text() : "-");
        records->add(record);
    }
    answered->set("records", records);
    return answered;
}

ConstElementPtr build(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-build", arguments, {"list", "host", "address", "version"});
    const auto config = targets.config();
    trust::ListWish wish{
        .kind = kind_of(given, "tftp-trust-build"),
        .entries = {},
        .signer_minor = signer_minor_of(given, *config),
        .digest = config->signature_algorithm == SignatureAlgorithm::sha512 ? trust::Digest::sha512 : trust::Digest::sha1,
        .time = trust::wall_now()};
    const bool mixed = config->security_mode == SecurityMode::mixed;
    if (wish.kind == ListKind::ctl && !mixed) {
        throw ArgumentError(
            "tftp-trust-build: \"security-mode\" is \"nonsecure\", in which phones have an ITL alone; a phone keeps a CTL "
            "until "
            "somebody deletes it by hand. Set \"security-mode\" to \"mixed\" first, if its calls are to be encrypted");
    }
    const auto signer = targets.resolver->signer();
    if (!signer) {
        throw ArgumentError("tftp-trust-build: there is no key to sign with: " + targets.resolver->signer_fault());
    }
    const auto present = targets.own_lists->file(wish.kind);
    const auto in_force = present ? std::optional(TrustList::parse(*present)) : std::nullopt;
    const auto stored = targets.certificates->snapshot();
    const auto shown = shown_certificates(targets);
    const std::vector<Certificate> none;
    wish.entries = trust::list_entries({.kind = wish.kind,
                                        .mixed = mixed,
                                        .signer = signer->certificate(),
                                        .stored = *stored,
                                        .https = config->https_ports.empty() ? none : shown,
                                        .tvs = config->tvs_port == 0 ? none : shown,
                                        .in_force = in_force ? &**in_force : nullptr,
                                        .host = given.text("host").value_or(host_name()),
                                        .address = address_of(given)});
    const auto file = trust::build_list(*signer, wish);
    if (!file) {
        throw ArgumentError("tftp-trust-build: " + file.error().text);
    }
    if (const auto replaced = targets.own_lists->replace(wish.kind, *file); !replaced) {
        throw ArgumentError("tftp-trust-build: " + replaced.error().text);
    }
    const auto list = TrustList::parse(*file);
    LOG_INFO(app_logger, TRUST_LIST_BUILT)
        .arg(list->header.file_name)
        .arg(list->records.size())
        .arg(file->size())
        .arg(escaped(list->header.signer.subject));
    return createAnswer(success,
                        list->header.file_name + " is in force: " + counted(list->records.size(), "record", "records") + ", " +
                            std::to_string(file->size()) + " bytes. Phones fetch it when they boot.",
                        summary(*list, *file));
}

ConstElementPtr drop(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-drop", arguments, {"list"});
    const auto kind = kind_of(given, "tftp-trust-drop");
    const auto removed = targets.own_lists->remove(kind);
    if (!removed) {
        throw ArgumentError("tftp-trust-drop: " + removed.error().text);
    }
    const std::string name(trust::file_name_of(kind));
    if (!*removed) {
        return createAnswer(empty, "There is no " + name + " of our own.");
    }
    LOG_INFO(app_logger, TRUST_LIST_DROPPED).arg(name);
    return createAnswer(success,
                        name +
                            " is given out no more. Phones that have it keep it, and go on taking only what its signers "
                            "sign, until it is deleted on each of them.");
}

}  // namespace

CommandList own_list_commands(const CommandTargets& targets) {
    return {
        {"tftp-trust-build", [&targets](const ConstElementPtr& arguments) { return build(targets, arguments); }},
        {"tftp-trust-drop", [&targets](const ConstElementPtr& arguments) { return drop(targets, arguments); }},
    };
}

}  // namespace branchline
