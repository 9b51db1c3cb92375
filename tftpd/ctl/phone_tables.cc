#include "tftpd/ctl/phone_tables.h"

#include "tftpd/ctl/rows.h"
#include "tftpd/ctl/tables.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;

// "2026-11-26T19:30:00.123Z" as "19:30:00.123"; the day stands at the boot.
std::string time_of_day(const ConstElementPtr& map, const char* name) {
    const auto all = text(map, name);
    const auto at = all.find('T');
    return at == std::string::npos ? all : all.substr(at + 1, all.find('Z') - at - 1);
}

std::string repeated(const ConstElementPtr& entry) {
    return member(entry, "times")
               ? "(" + std::to_string(number(entry, "times")) + " times, last " + time_of_day(entry, "last") + ")"
               : "";
}

std::string servers_of(const ConstElementPtr& step) {
    std::string all;
    for (const auto& server : elements(step, "servers")) {
        all += (all.empty() ? "servers " : ", ") + printable(server->stringValue());
    }
    return all.empty() && member(step, "why-no-servers") ? "no servers: " + text(step, "why-no-servers") : all;
}

std::string part(const ConstElementPtr& entry, const char* name, const std::string& before) {
    return member(entry, name) ? before + text(entry, name) : "";
}

void add_boot(std::vector<Row>& rows, const ConstElementPtr& boot) {
    std::vector<std::pair<std::string, Row>> lines;  // by time
    for (const auto& step : elements(boot, "dhcp")) {
        lines.emplace_back(
            text(step, "at"),
            Row{time_of_day(step, "at"), "DHCPv" + std::to_string(number(step, "family")) + " " + text(step, "step"),
                part(step, "address", ""), servers_of(step) + part(step, "relay", " relay "), repeated(step)});
    }
    for (const auto& file : elements(boot, "files")) {
        auto how = part(file, "source", "") + " " + std::to_string(number(file, "bytes")) + " B, " +
                   std::to_string(number(file, "ms")) + " ms";
        if (number(file, "resent") != 0) {
            how +=
                ", " + std::to_string(number(file, "resent")) + " of " + std::to_string(number(file, "blocks")) + " sent again";
        }
        lines.emplace_back(text(file, "at"), Row{time_of_day(file, "at"), text(file, "by") + " " + text(file, "answer"),
                                                 text(file, "file"), how + part(file, "reason", ": "), repeated(file)});
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& left, const auto& right) { return left.first < right.first; });
    for (auto& [at, row] : lines) {
        rows.push_back(std::move(row));
    }
}

std::string quoted(const std::string& cell) {
    std::string out = "\"";
    for (const char c : cell) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + '"';
}

}  // namespace

std::string phone_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"DEVICE", "MODEL", "ADDRESS", "HEARD", "VERDICT", "WHY"}};
    for (const auto& phone : elements(arguments, "phones")) {
        rows.push_back({text(phone, "device"), text(phone, "model"),
                        text(phone, member(phone, "address") ? "address" : "address6"),
                        duration_text(number(phone, "silent")) + " ago", text(phone, "verdict"), text(phone, "text")});
    }
    return table(rows) + std::to_string(number(arguments, "count")) +
           (number(arguments, "count") == 1 ? " phone, " : " phones, ") + std::to_string(number(arguments, "with-problems")) +
           " with problems\n";
}

std::string phone_csv(const ConstElementPtr& arguments) {
    std::string lines = "mac,device,model,address,address6,silent,verdict,level,text\r\n";
    for (const auto& phone : elements(arguments, "phones")) {
        std::string line;
        for (const auto* column : {"mac", "device", "model", "address", "address6", "silent", "verdict", "level", "text"}) {
            line += (line.empty() ? "" : ",") + (member(phone, column) ? quoted(text(phone, column)) : std::string("\"\""));
        }
        lines += line + "\r\n";
    }
    return lines;
}

std::string phone_text(const ConstElementPtr& arguments) {
    std::string out = text(arguments, "device") + part(arguments, "model", "  ") + part(arguments, "address", "  ") +
                      part(arguments, "address6", "  ") + "\n";
    for (const auto& boot : elements(arguments, "boots")) {
        std::vector<Row> rows;
        add_boot(rows, boot);
        out += "\nBoot of " + text(boot, "began") + "\n" + table(rows);
        if (number(boot, "left-out") != 0) {
            out += "… and " + std::to_string(number(boot, "left-out")) + " more that found no room\n";
        }
    }
    return out + "\nSilent for " + duration_text(number(arguments, "silent")) + ". Verdict: " + text(arguments, "verdict") +
           "\n" + text(arguments, "text") + "\n";
}

}  // namespace branchline
