// tftp-trust-exchange-*: clusters and certificates exchanged with another box, each side's operator confirming the other's
// fingerprint (exchange/exchange.h). The commands answer at once; tftp-trust-exchange-status tells how far it is.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/control/exchange_content.h"
#include "tftpd/exchange/exchange.h"
#include "tftpd/trust/fingerprint.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::int64_t least_time = 10;  // seconds
constexpr std::int64_t most_time = 3600;
constexpr std::int64_t usual_time = 600;

const char* word_of(Exchange::State state) {
    switch (state) {
        case Exchange::State::none:
            return "none";
        case Exchange::State::waiting:
            return "waiting";
        case Exchange::State::connecting:
            return "connecting";
        case Exchange::State::unconfirmed:
            return "unconfirmed";
        case Exchange::State::confirmed:
            return "confirmed";
        case Exchange::State::done:
            return "done";
        case Exchange::State::failed:
            return "failed";
    }
    return "";
}

// A beginning does not do: certificates that share one can be made.
std::string whole_fingerprint(const std::string& command, const std::string& written) {
    const auto digits = trust::digits_of_fingerprint(written);
    if (!digits || digits->size() != trust::fingerprint_digits) {
        throw ArgumentError(command + ": \"fingerprint\" must be all " + std::to_string(trust::fingerprint_digits) +
                            " hexadecimal digits that the other box shows as its own");
    }
    return *digits;
}

Exchange::Wish wish_of(const CommandTargets& targets, const std::string& command, const Arguments& given) {
    const auto name = given.text("cluster-id").value_or("");
    if (!name.empty() && !exchange::is_name(name)) {
        throw ArgumentError(command + ": \"cluster-id\" may have 1 to " + std::to_string(exchange::max_name) +
                            " of A-Z a-z 0-9 . -");
    }
    const auto fingerprint = given.text("fingerprint");
    const auto identity = targets.identity();
    if (!identity) {
        throw ArgumentError(command + ": there is no certificate for TLS; the log says why (APP_NO_HTTPS_IDENTITY)");
    }
    auto own = own_offer(targets);
    if (!own) {
        throw ArgumentError(command + ": " + own.error().text);
    }
    return {.identity = identity,
            .own = *std::move(own),
            .port = static_cast<std::uint16_t>(given.number("port", 1, 65535, Exchange::default_port)),
            .time_limit = std::chrono::seconds(given.number("timeout", least_time, most_time, usual_time)),
            .fingerprint = fingerprint ? whole_fingerprint(command, *fingerprint) : std::string(),
            .check = [&targets, name](const exchange::Offer& offer,
                                      const IpAddress& other) { return could_take(targets, {name, offer, other}); },
            .take = [&targets, name](const exchange::Offer& offer,
                                     const IpAddress& other) { return take(targets, {name, offer, other}); }};
}

ConstElementPtr status_answer(const CommandTargets& targets, const std::string& text) {
    const auto status = targets.exchange->status();
    auto answered = Element::createMap();
    const auto set = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            answered->set(name, Element::create(value));
        }
    };
    set("state", word_of(status.state));
    set("text", status.text);
    set("own-fingerprint", status.own_fingerprint);
    set("other", status.other);
    set("fingerprint", status.fingerprint);
    if (status.state != Exchange::State::none) {
        answered->set("port", number(status.port));
        answered->set("seconds-left", number(static_cast<std::uint64_t>(std::max<std::int64_t>(0, status.left.count()))));
    }
    return createAnswer(success, text, answered);
}

ConstElementPtr one_at_a_time() {
    return createAnswer(conflict, "An exchange is under way (tftp-trust-exchange-status); tftp-trust-exchange-cancel ends it.");
}

ConstElementPtr offer(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const std::string command = "tftp-trust-exchange-offer";
    const Arguments given(command, arguments, {"port", "timeout", "fingerprint", "cluster-id"});
    if (targets.exchange->is_under_way()) {
        return one_at_a_time();
    }
    if (const auto begun = targets.exchange->offer(wish_of(targets, command, given)); !begun) {
        throw ArgumentError(command + ": " + begun.error().text);
    }
    return status_answer(targets, "Waiting for the other box: branchlinectl exchange with ADDRESS there.");
}

ConstElementPtr go(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const std::string command = "tftp-trust-exchange-with";
    const Arguments given(command, arguments, {"address", "port", "timeout", "fingerprint", "cluster-id"});
    boost::system::error_code error;
    const auto to = boost::asio::ip::make_address(given.needed_text("address"), error);
    if (error) {
        throw ArgumentError(command + ": \"address\" must be an IPv4 or IPv6 address; names are not looked up");
    }
    if (targets.exchange->is_under_way()) {
        return one_at_a_time();
    }
    if (const auto begun = targets.exchange->go(wish_of(targets, command, given), unmapped(to)); !begun) {
        throw ArgumentError(command + ": " + begun.error().text);
    }
    return status_answer(targets, "Connecting to " + to.to_string() + '.');
}

ConstElementPtr confirm(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const std::string command = "tftp-trust-exchange-confirm";
    const Arguments given(command, arguments, {"fingerprint"});
    const auto fingerprint = whole_fingerprint(command, given.needed_text("fingerprint"));
    if (const auto confirmed = targets.exchange->confirm(fingerprint); !confirmed) {
        throw ArgumentError(command + ": " + confirmed.error().text);
    }
    return status_answer(targets, "Confirmed.");
}

ConstElementPtr cancel(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-trust-exchange-cancel", arguments, {});
    return targets.exchange->cancel() ? status_answer(targets, "The exchange is over; nothing was changed here.")
                                      : createAnswer(empty, "No exchange is under way.");
}

ConstElementPtr status(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-trust-exchange-status", arguments, {});
    const auto now = targets.exchange->status();
    return now.state == Exchange::State::none
               ? createAnswer(empty, "No exchange was begun since the daemon started.")
               : status_answer(targets, now.text.empty() ? std::string("State: ") + word_of(now.state) + '.' : now.text);
}

}  // namespace

CommandList exchange_commands(const CommandTargets& targets) {
    return {
        {"tftp-trust-exchange-offer", [&targets](const ConstElementPtr& arguments) { return offer(targets, arguments); }},
        {"tftp-trust-exchange-with", [&targets](const ConstElementPtr& arguments) { return go(targets, arguments); }},
        {"tftp-trust-exchange-confirm", [&targets](const ConstElementPtr& arguments) { return confirm(targets, arguments); }},
        {"tftp-trust-exchange-cancel", [&targets](const ConstElementPtr& arguments) { return cancel(targets, arguments); }},
        {"tftp-trust-exchange-status", [&targets](const ConstElementPtr& arguments) { return status(targets, arguments); }},
    };
}

}  // namespace branchline
