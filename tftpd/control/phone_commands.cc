// tftp-phone-*: what is known of phones, and why one does not come up. The words come from phones/verdict; here they meet what
// only the running daemon knows: this machine's addresses, and phones that two clusters have.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/phones/phone_watch.h"
#include "tftpd/phones/verdict.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/store/device_names.h"
#include "tftpd/store/file_name.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include <ifaddrs.h>
#include <netinet/in.h>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using Step = api::LeaseEvent::Kind;

constexpr std::int64_t most_phones_listed = 20000;

std::vector<std::string> own_addresses() {
    std::vector<std::string> all;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) {
        return all;
    }
    for (const auto* one = first; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) {
            continue;
        }
        if (one->ifa_addr->sa_family == AF_INET) {
            const auto& in = reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
            all.push_back(boost::asio::ip::address_v4(ntohl(in.s_addr)).to_string());
        } else if (one->ifa_addr->sa_family == AF_INET6) {
            boost::asio::ip::address_v6::bytes_type bytes;
            const auto& in = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
            std::copy_n(in.s6_addr, bytes.size(), bytes.begin());
            all.push_back(boost::asio::ip::address_v6(bytes).to_string());
        }
    }
    ::freeifaddrs(first);
    return all;
}

/// What verdicts need besides a timeline, gathered once a command.
class Judge {
public:
    explicit Judge(const CommandTargets& targets) {
        context_.now = Clock::now();
        context_.own_addresses = own_addresses();
        for (auto& rival : targets.resolver->rivals()) {
            if (const auto mac = mac_from_digits(device_of_key(to_key(rival.name)))) {
                rivals_[*mac] = std::move(rival);
            }
        }
    }

    Verdict operator()(const PhoneTimeline& phone) {
        const auto rival = rivals_.find(phone.mac);
        context_.owner = rival == rivals_.end() ? "" : rival->second.owner;
        context_.second_home = rival == rivals_.end() ? "" : rival->second.other;
        return judge(&phone, context_);
    }
    [[nodiscard]] TimePoint now() const { return context_.now; }

private:
    VerdictContext context_;
    std::map<MacAddress, Rival> rivals_;
};

/// The steady clock's time in UTC, as RFC 3339 writes it, with milliseconds.
std::string time_text(TimePoint at) {
    using namespace std::chrono;
    const auto wall = system_clock::now() + duration_cast<system_clock::duration>(at - Clock::now());
    const auto since_epoch = floor<milliseconds>(wall).time_since_epoch();
    const auto seconds = static_cast<std::time_t>(floor<std::chrono::seconds>(since_epoch).count());
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const auto end = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + end, text.size() - end, ".%03dZ", static_cast<int>(since_epoch.count() % 1000));
    return text.data();
}

std::int64_t whole_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

/// Vendor classes come from the wire: what is not printable ASCII becomes '?', so that the answer stays JSON.
std::string shown(std::string text) {
    std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

void set_text(const ElementPtr& map, const char* name, const std::string& value) {
    if (!value.empty()) {
        map->set(name, Element::create(shown(value)));
    }
}

const char* name_of(Step step, unsigned family) {
    switch (step) {
        case Step::asked:
            return family == 6 ? "SOLICIT" : "DISCOVER";
        case Step::seen:
            return family == 6 ? "INFORMATION-REQUEST" : "INFORM";
        case Step::offered:
            return family == 6 ? "ADVERTISE" : "OFFER";
        case Step::committed:
            return family == 6 ? "REPLY" : "ACK";
        case Step::renewed:
            return "renewed";
        case Step::released:
            return "released";
        case Step::expired:
            return "expired";
        case Step::declined:
            return "declined";
        case Step::elsewhere:
            return "REQUEST to another DHCP server";
        case Step::held:
        case Step::gone:
            break;  // no steps of a boot
    }
    return "";
}

const char* name_of(FileReport::Outcome outcome) {
    using Outcome = FileReport::Outcome;
    switch (outcome) {
        case Outcome::sent:
            return "sent";
        case Outcome::not_found:
            return "not-found";
        case Outcome::refused:
            return "refused";
        case Outcome::unavailable:
            return "unavailable";
        case Outcome::unheard:
            return "unheard";
        case Outcome::broken_off:
            return "broken-off";
    }
    return "";
}

ElementPtr step_element(const DhcpStep& step) {
    auto element = Element::createMap();
    element->set("at", Element::create(time_text(step.first)));
    element->set("step", Element::create(std::string(name_of(step.kind, step.family))));
    element->set("family", Element::create(static_cast<std::int64_t>(step.family)));
    if (step.times > 1) {
        element->set("times", number(step.times));
        element->set("last", Element::create(time_text(step.last)));
    }
    set_text(element, "address", step.address);
    set_text(element, "relay", step.relay);
    if (step.subnet != 0) {
        element->set("subnet-id", number(step.subnet));
    }
    if (step.lifetime != 0) {
        element->set("lifetime", number(step.lifetime));
    }
    if (!step.servers.empty()) {
        auto servers = Element::createList();
        for (const auto& server : step.servers) {
            servers->add(Element::create(server));
        }
        element->set("servers", servers);
    }
    set_text(element, "why-no-servers", step.why_none);
    return element;
}

ElementPtr file_element(const FileAsked& file) {
    const auto& report = file.report;
    auto element = Element::createMap();
    element->set("at", Element::create(time_text(file.first)));
    element->set("file", Element::create(report.name));
    element->set("by", Element::create(std::string(report.http ? "http" : "tftp")));
    element->set("from", Element::create(report.phone.to_string()));
    element->set("answer", Element::create(std::string(name_of(report.outcome))));
    set_text(element, "source", report.source);
    set_text(element, "reason", report.reason);
    set_text(element, "signed-by", report.trust.signer_name);
    element->set("bytes", number(report.bytes));
    element->set(
        "ms",
        Element::create(static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(report.took).count())));
    if (!report.http) {
        element->set("blocks", number(report.blocks));
        element->set("resent", number(report.resent));
    }
    if (file.times > 1) {
        element->set("times", number(file.times));
        element->set("last", Element::create(time_text(report.ended)));
    }
    return element;
}

ElementPtr boot_element(const Boot& boot) {
    auto element = Element::createMap();
    element->set("began", Element::create(time_text(boot.began)));
    auto dhcp = Element::createList();
    for (const auto& step : boot.dhcp) {
        dhcp->add(step_element(step));
    }
    element->set("dhcp", dhcp);
    auto files = Element::createList();
    for (const auto& file : boot.files) {
        files->add(file_element(file));
    }
    element->set("files", files);
    if (boot.left_out != 0) {
        element->set("left-out", number(boot.left_out));
    }
    return element;
}

ElementPtr summary(const PhoneTimeline& phone, const Verdict& verdict, TimePoint now) {
    auto element = Element::createMap();
    element->set("mac", Element::create(to_text(phone.mac)));
    element->set("device", Element::create(device_name(phone.mac)));
    set_text(element, "model", phone.model());
    set_text(element, "address", phone.address(4));
    set_text(element, "address6", phone.address(6));
    element->set("silent", Element::create(whole_seconds(now - phone.boots.back().last)));
    element->set("verdict", Element::create(std::string(name_of(verdict.kind))));
    element->set("level", Element::create(std::string(name_of(verdict.level()))));
    element->set("text", Element::create(verdict.sentence()));
    return element;
}

std::uint32_t subnet_of(const PhoneTimeline& phone) {
    for (auto boot = phone.boots.rbegin(); boot != phone.boots.rend(); ++boot) {
        for (const auto& step : boot->dhcp) {
            if (step.subnet != 0) {
                return step.subnet;
            }
        }
    }
    return 0;
}

ConstElementPtr list_phones(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-phone-list", arguments, {"verdict", "level", "problems", "model", "subnet-id", "all", "limit"});
    const auto limit = static_cast<std::size_t>(given.number("limit", 1, most_phones_listed, default_listed));
    const auto verdict_wanted = given.text("verdict");
    const auto level_wanted = given.text("level");
    const auto model_wanted = to_key(given.text("model").value_or(""));
    const auto subnet_wanted = given.number("subnet-id", 1, UINT32_MAX, 0);
    const bool problems = given.flag("problems");
    const bool all = given.flag("all");

    Judge verdict_of(targets);
    auto list = Element::createList();
    std::size_t matching = 0;
    std::size_t troubled = 0;
    targets.phones->for_each([&](const PhoneTimeline& phone) {
        if ((!all && !phone.is_phone) ||
            (!model_wanted.empty() && to_key(phone.model()).find(model_wanted) == std::string::npos) ||
            (subnet_wanted != 0 && subnet_of(phone) != subnet_wanted)) {
            return true;
        }
        const auto verdict = verdict_of(phone);
        const bool trouble = verdict.level() == Verdict::Level::problem || verdict.level() == Verdict::Level::warning;
        if ((problems && !trouble) || (verdict_wanted && *verdict_wanted != name_of(verdict.kind)) ||
            (level_wanted && *level_wanted != name_of(verdict.level()))) {
            return true;
        }
        ++matching;
        troubled += trouble ? 1 : 0;
        if (list->size() < limit) {
            list->add(summary(phone, verdict, verdict_of.now()));
        }
        return true;
    });
    auto answer = Element::createMap();
    answer->set("phones", list);
    answer->set("count", number(matching));
    answer->set("with-problems", number(troubled));
    answer->set("records-dropped", number(targets.phones->dropped()));
    return createAnswer(matching == 0 ? empty : success,
                        counted(matching, "phone", "phones") +
                            (matching == list->size() ? "." : ", of which those heard of last are listed; see \"limit\"."),
                        answer);
}

MacAddress wanted_phone(const Arguments& given, const char* command) {
    const auto digits = given.mac("phone");
    if (!digits) {
        throw ArgumentError(std::string(command) + " needs \"phone\": a MAC address or a device name, such as SEP001122334455");
    }
    return *mac_from_digits(*digits);
}

ConstElementPtr get_phone(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-phone-get", arguments, {"phone"});
    const auto mac = wanted_phone(given, "tftp-phone-get");
    const auto phone = targets.phones->find(mac);
    if (!phone) {
        return createAnswer(empty, "Nothing was heard of " + to_text(mac) + ".");
    }
    Judge verdict_of(targets);
    auto answer = summary(*phone, verdict_of(*phone), verdict_of.now());
    set_text(answer, "vendor-class", phone->vendor_class);
    auto boots = Element::createList();
    for (const auto& boot : phone->boots) {
        boots->add(boot_element(boot));
    }
    answer->set("boots", boots);
    return createAnswer(success, counted(phone->boots.size(), "boot", "boots") + " of " + device_name(mac) + ".", answer);
}

// Result 0 also for a phone that nothing was heard of: that is the answer.
ConstElementPtr explain_phone(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-phone-explain", arguments, {"phone"});
    const auto mac = wanted_phone(given, "tftp-phone-explain");
    const auto phone = targets.phones->find(mac);
    Judge verdict_of(targets);
    const auto verdict = phone ? verdict_of(*phone) : judge(nullptr, {});
    auto answer = Element::createMap();
    answer->set("mac", Element::create(to_text(mac)));
    answer->set("device", Element::create(device_name(mac)));
    answer->set("verdict", Element::create(std::string(name_of(verdict.kind))));
    answer->set("level", Element::create(std::string(name_of(verdict.level()))));
    answer->set("wrong", Element::create(verdict.wrong));
    answer->set("to-do", Element::create(verdict.to_do));
    return createAnswer(success, device_name(mac) + ": " + verdict.sentence(), answer);
}

}  // namespace

CommandList phone_commands(const CommandTargets& targets) {
    return {
        {"tftp-phone-list", [&targets](const ConstElementPtr& arguments) { return list_phones(targets, arguments); }},
        {"tftp-phone-get", [&targets](const ConstElementPtr& arguments) { return get_phone(targets, arguments); }},
        {"tftp-phone-explain", [&targets](const ConstElementPtr& arguments) { return explain_phone(targets, arguments); }},
    };
}

}  // namespace branchline
