#include "tftpd/phones/history_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

namespace branchline {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds furthest = std::chrono::years(100);  // from now, whatever a file says
constexpr char empty_tables[] = R"(
    CREATE TABLE phone(mac INTEGER PRIMARY KEY, vendor_class TEXT, is_phone INTEGER, last INTEGER) STRICT;
    CREATE TABLE boot(mac INTEGER REFERENCES phone ON DELETE CASCADE, number INTEGER, began INTEGER, last INTEGER,
        left_out INTEGER, PRIMARY KEY(mac, number)) STRICT, WITHOUT ROWID;
    CREATE TABLE step(mac INTEGER, number INTEGER, place INTEGER, kind INTEGER, family INTEGER, first INTEGER, last INTEGER,
        times INTEGER, address TEXT, relay TEXT, subnet INTEGER, lifetime INTEGER, servers TEXT, why_none TEXT,
        PRIMARY KEY(mac, number, place), FOREIGN KEY(mac, number) REFERENCES boot ON DELETE CASCADE) STRICT, WITHOUT ROWID;
    CREATE TABLE file(mac INTEGER, number INTEGER, place INTEGER, name TEXT, http INTEGER, outcome INTEGER, phone TEXT,
        source TEXT, reason TEXT, bytes INTEGER, blocks INTEGER, resent INTEGER, took INTEGER, first INTEGER, last INTEGER,
        times INTEGER, form INTEGER, signer INTEGER, signer_name TEXT, accepted TEXT, PRIMARY KEY(mac, number, place),
        FOREIGN KEY(mac, number) REFERENCES boot ON DELETE CASCADE) STRICT, WITHOUT ROWID;
)";

std::int64_t as_number(const MacAddress& mac) {
    std::int64_t number = 0;
    for (const auto byte : mac) {
        number = number << 8 | byte;
    }
    return number;
}

MacAddress as_mac(std::int64_t number) {
    MacAddress mac{};
    for (auto byte = mac.rbegin(); byte != mac.rend(); ++byte, number >>= 8) {
        *byte = static_cast<std::uint8_t>(number & 0xff);
    }
    return mac;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

/// From the timelines' clock to the wall's and back.
class Times {
public:
    explicit Times(Moment now) : now_(now) {}
    [[nodiscard]] std::int64_t kept(TimePoint at) const {
        const auto wall = now_.wall + std::chrono::duration_cast<std::chrono::system_clock::duration>(at - now_.steady);
        return std::chrono::floor<milliseconds>(wall.time_since_epoch()).count();
    }
    [[nodiscard]] TimePoint told(std::int64_t kept) const {
        const auto wall_now = std::chrono::floor<milliseconds>(now_.wall.time_since_epoch()).count();
        return now_.steady + std::clamp(milliseconds(kept) - milliseconds(wall_now), -furthest, furthest);
    }

private:
    Moment now_;
};

/// What a column holds, brought into the range of what it once was.
template <typename T>
T fitting(std::int64_t number) {
    if (number < 0) {
        return 0;
    }
    return std::in_range<T>(number) ? static_cast<T>(number) : std::numeric_limits<T>::max();
}

using Phones = std::map<MacAddress, std::list<PhoneTimeline>::iterator>;

/// The boot that a row of `step` or `file` belongs to; nullptr if it is not known.
Boot* boot_of(const Phones& phones, std::int64_t mac, std::int64_t number) {
    const auto phone = phones.find(as_mac(mac));
    if (phone == phones.end()) {
        return nullptr;
    }
    auto& boots = phone->second->boots;
    const auto boot = std::find_if(boots.begin(), boots.end(), [&](const Boot& one) { return one.number == number; });
    return boot == boots.end() ? nullptr : &*boot;
}

void read_boots(Database& database, const Phones& phones, const Times& times) {
    auto rows = database.statement("SELECT mac, number, began, last, left_out FROM boot ORDER BY mac, number");
    while (rows.step()) {
        const auto phone = phones.find(as_mac(rows.number()));
        if (phone == phones.end() || phone->second->boots.size() >= Timelines::max_boots) {
            continue;
        }
        Boot boot;
        boot.number = fitting<std::uint32_t>(rows.number());
        boot.began = times.told(rows.number());
        boot.last = times.told(rows.number());
        boot.left_out = fitting<std::size_t>(rows.number());
        phone->second->boots.push_back(std::move(boot));
    }
}

void read_steps(Database& database, const Phones& phones, const Times& times) {
    auto rows = database.statement(
        "SELECT mac, number, kind, family, first, last, times, address, relay, subnet, lifetime, servers, why_none FROM step "
        "ORDER BY mac, number, place");
    while (rows.step()) {
        const auto mac = rows.number();
        auto* boot = boot_of(phones, mac, rows.number());
        const auto kind = rows.number();
        if (boot == nullptr || boot->dhcp.size() >= Timelines::max_steps || kind < 0 ||
            kind > static_cast<std::int64_t>(api::LeaseEvent::Kind::elsewhere)) {
            continue;
        }
        DhcpStep step;
        step.kind = static_cast<api::LeaseEvent::Kind>(kind);
        step.family = rows.number() == 6 ? 6 : 4;
        step.first = times.told(rows.number());
        step.last = times.told(rows.number());
        step.times = fitting<unsigned>(rows.number());
        step.address = rows.text();
        step.relay = rows.text();
        step.subnet = fitting<std::uint32_t>(rows.number());
        step.lifetime = fitting<std::uint32_t>(rows.number());
        step.servers = split(rows.text());
        step.why_none = rows.text();
        boot->dhcp.push_back(std::move(step));
    }
}

FileTrust read_trust(Statement& rows) {
    FileTrust trust;
    const auto form = rows.number();
    if (form > 0 && form <= static_cast<std::int64_t>(FileTrust::Form::list)) {
        trust.form = static_cast<FileTrust::Form>(form);
    }
    trust.signer = static_cast<KeyId>(rows.number());
    trust.signer_name = rows.text();
    for (const auto& digits : split(rows.text())) {
        KeyId key = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), key, 16);
        trust.accepted.push_back(key);
    }
    return trust;
}

std::string as_text(const std::vector<KeyId>& keys) {
    std::vector<std::string> words;
    for (const auto key : keys) {
        std::array<char, 16> digits{};
        words.emplace_back(digits.data(), std::to_chars(digits.begin(), digits.end(), key, 16).ptr);
    }
    return joined(words);
}

void read_files(Database& database, const Phones& phones, const Times& times) {
    auto rows = database.statement(
        "SELECT mac, number, name, http, outcome, phone, source, reason, bytes, blocks, resent, took, first, last, times, "
        "form, signer, signer_name, accepted FROM file "
        "ORDER BY mac, number, place");
    while (rows.step()) {
        const auto mac = rows.number();
        auto* boot = boot_of(phones, mac, rows.number());
        if (boot == nullptr || boot->files.size() >= Timelines::max_files) {
            continue;
        }
        FileAsked file;
        auto& report = file.report;
        report.name = rows.text();
        report.http = rows.number() != 0;
        const auto outcome = rows.number();
        boost::system::error_code error;
        report.phone = boost::asio::ip::make_address(rows.text(), error);
        if (error || outcome < 0 || outcome > static_cast<std::int64_t>(FileReport::Outcome::broken_off)) {
            continue;
        }
        report.outcome = static_cast<FileReport::Outcome>(outcome);
        report.source = rows.text();
        report.reason = rows.text();
        report.bytes = fitting<std::uint64_t>(rows.number());
        report.blocks = fitting<std::uint64_t>(rows.number());
        report.resent = fitting<std::uint64_t>(rows.number());
        report.took = milliseconds(fitting<std::int32_t>(rows.number()));
        file.first = times.told(rows.number());
        report.ended = times.told(rows.number());
        file.times = fitting<unsigned>(rows.number());
        report.trust = read_trust(rows);
        boot->files.push_back(std::move(file));
    }
}

}  // namespace

void make_tables(Database& database) {
    database.run(empty_tables);
    database.run("PRAGMA user_version = " + std::to_string(tables_version));
}

std::list<PhoneTimeline> read_phones(Database& database, Duration lifetime, Moment now) {
    std::list<PhoneTimeline> loaded;
    Phones phones;
    const auto newest = Times(now).told(database.number_of("SELECT max(last) FROM phone"));
    const Times times({now.steady, now.wall + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                                  std::max(newest - now.steady, Duration::zero()))});
    auto rows = database.statement("SELECT mac, vendor_class, is_phone FROM phone WHERE last >= ? ORDER BY last DESC LIMIT ?");
    rows.bind(times.kept(now.steady - lifetime)).bind(static_cast<std::int64_t>(Timelines::max_phones));
    while (rows.step()) {
        auto& phone = loaded.emplace_back();
        phone.mac = as_mac(rows.number());
        phone.vendor_class = rows.text();
        phone.is_phone = rows.number() != 0;
        phones[phone.mac] = std::prev(loaded.end());
    }
    read_boots(database, phones, times);
    read_steps(database, phones, times);
    read_files(database, phones, times);
    loaded.remove_if([](const PhoneTimeline& phone) { return phone.boots.empty(); });
    return loaded;
}

void write_phone(Database& database, const ChangedPhone& changed, Moment now) {
    const Times times(now);
    const auto& phone = changed.phone;
    const auto mac = as_number(phone.mac);
    auto put_phone = database.statement(
        "INSERT INTO phone VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET vendor_class = excluded.vendor_class, "
        "is_phone = excluded.is_phone, last = excluded.last");
    put_phone.bind(mac).bind(phone.vendor_class).bind(phone.is_phone ? 1 : 0).bind(times.kept(phone.boots.back().last)).run();
    auto drop_boots = database.statement("DELETE FROM boot WHERE mac = ? AND (number < ? OR number >= ?)");
    drop_boots.bind(mac).bind(phone.boots.front().number).bind(changed.from_boot).run();
    auto put_boot = database.statement("INSERT INTO boot VALUES(?, ?, ?, ?, ?)");
    auto put_step = database.statement("INSERT INTO step VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    auto put_file = database.statement("INSERT INTO file VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& boot : phone.boots) {
        if (boot.number < changed.from_boot) {
            continue;
        }
        put_boot.bind(mac).bind(boot.number).bind(times.kept(boot.began)).bind(times.kept(boot.last));
        put_boot.bind(static_cast<std::int64_t>(boot.left_out)).run();
        std::int64_t place = 0;
        for (const auto& step : boot.dhcp) {
            put_step.bind(mac).bind(boot.number).bind(place++).bind(static_cast<std::int64_t>(step.kind)).bind(step.family);
            put_step.bind(times.kept(step.first))
                .bind(times.kept(step.last))
                .bind(step.times)
                .bind(step.address)
                .bind(step.relay);
            put_step.bind(step.subnet).bind(step.lifetime).bind(joined(step.servers)).bind(step.why_none).run();
        }
        place = 0;
        for (const auto& file : boot.files) {
            const auto& report = file.report;
            put_file.bind(mac).bind(boot.number).bind(place++).bind(report.name).bind(report.http ? 1 : 0);
            put_file.bind(static_cast<std::int64_t>(report.outcome)).bind(report.phone.to_string()).bind(report.source);
            put_file.bind(report.reason).bind(static_cast<std::int64_t>(report.bytes));
            put_file.bind(static_cast<std::int64_t>(report.blocks)).bind(static_cast<std::int64_t>(report.resent));
            put_file.bind(std::chrono::duration_cast<milliseconds>(report.took).count()).bind(times.kept(file.first));
            put_file.bind(times.kept(report.ended)).bind(file.times).bind(static_cast<std::int64_t>(report.trust.form));
            put_file.bind(static_cast<std::int64_t>(report.trust.signer)).bind(report.trust.signer_name);
            put_file.bind(as_text(report.trust.accepted)).run();
        }
    }
}

void delete_older(Database& database, Duration lifetime, Moment now) {
    database.statement("DELETE FROM phone WHERE last < ?").bind(Times(now).kept(now.steady - lifetime)).run();
}

bool delete_oldest(Database& database) {
    if (database.number_of("SELECT count(*) FROM phone") == 0) {
        return false;
    }
    database.run(
        "DELETE FROM phone WHERE mac IN (SELECT mac FROM phone ORDER BY last "
        "LIMIT max(1, (SELECT count(*) FROM phone) / 8))");
    return true;
}

}  // namespace branchline
