// "branchlinectl phone …": the phones, and why one does not come up.
#include "tftpd/ctl/command_line.h"
#include "tftpd/ctl/phone_tables.h"

#include <cstdint>
#include <memory>

namespace branchline {

void add_phone_words(CommandLine& line) {
    struct Given {
        std::string phone;
        bool problems = false;
        std::string verdict;
        std::string model;
        std::int64_t subnet = 0;
        std::int64_t limit = 0;
        bool all = false;
        bool csv = false;
    };
    auto& phone = line.group("phone", "the phones, and why one does not come up");
    const auto given = std::make_shared<Given>();
    auto* list = phone.add_subcommand("list", "all of them with their verdicts, those heard of last first");
    list->add_flag("--problems", given->problems, "only those with something wrong");
    list->add_option("--verdict", given->verdict, "only those with this verdict, such as no-servers");
    list->add_option("--model", given->model, "only models with this in their name");
    list->add_option("--subnet-id", given->subnet, "only those of this subnet of Kea's");
    list->add_option("--limit", given->limit, "at most so many");
    list->add_flag("--all", given->all, "hosts that are no phones, too");
    list->add_flag("--csv", given->csv, "as CSV");
    list->callback([&line, given] {
        line.request.ask("tftp-phone-list", given->csv ? phone_csv : phone_table);
        line.request.text_argument("verdict", given->verdict);
        line.request.text_argument("model", given->model);
        for (const auto& [name, value] : {std::pair{"subnet-id", given->subnet}, std::pair{"limit", given->limit}}) {
            if (value != 0) {
                line.request.argument(name, isc::data::Element::create(value));
            }
        }
        line.request.flag_argument("problems", given->problems);
        line.request.flag_argument("all", given->all);
    });
    const auto one = [&](const char* word, const char* help, const char* command, const CommandLine::Show& show) {
        auto& added = *phone.add_subcommand(word, help);
        added.add_option("PHONE", given->phone, "a MAC address or device name")->required();
        added.callback([&line, given, command, show] {
            line.request.ask(command, show);
            line.request.text_argument("phone", given->phone);
        });
    };
    one("show", "its last boots: DHCP and each file", "tftp-phone-get", phone_text);
    one("explain", "what is wrong with it, and what to do", "tftp-phone-explain", {});
}

}  // namespace branchline
