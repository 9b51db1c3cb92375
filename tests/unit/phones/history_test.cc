#include "tftpd/phones/history.h"

#include "../scratch.h"
#include "story.h"

#include <fstream>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Outcome = Story::Outcome;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// Bytes that this process has given to write() and its kin so far (proc(5)).
std::uint64_t bytes_written() {
    std::ifstream io("/proc/self/io");
    std::string key;
    std::uint64_t value = 0;
    while (io >> key >> value && key != "wchar:") {
    }
    return value;
}

MacAddress numbered_mac(std::uint32_t number) {
    return {0,
            0x11,
            0x22,
            static_cast<std::uint8_t>(number >> 16),
            static_cast<std::uint8_t>(number >> 8),
            static_cast<std::uint8_t>(number)};
}

}  // namespace

TEST_GROUP(History) {
    test::Scratch scratch;
    std::filesystem::path file = scratch / "phones/history.db";
    PhoneHistory settings;
    Story story;
    const TimePoint began = story.now;
    const std::chrono::system_clock::time_point wall{days(20'000)};  // when the story began

    /// The story's time on both clocks, and `later`.
    [[nodiscard]] Moment moment(seconds later = seconds(0)) const {
        return {story.now + later, wall + std::chrono::duration_cast<seconds>(story.now - began) + later};
    }

    void write(History & history, Moment at) {
        const auto written = history.write(story.timelines.take_changed(100'000), at);
        CHECK_TEXT(static_cast<bool>(written), written ? "" : written.error().text.c_str());
    }
    std::list<PhoneTimeline> load(Moment at) {
        History history(file, settings);
        auto loaded = history.load(at);
        CHECK_TEXT(static_cast<bool>(loaded), loaded ? "" : loaded.error().text.c_str());
        return std::move(*loaded);
    }
    void phone_boots(std::uint32_t number, const std::string& reason = "") {
        story.mac = numbered_mac(number);
        story.holder = story.mac;
        story.address = "10." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 0xff) + "." +
                        std::to_string(number & 0xff);
        const auto device = device_name(story.mac);
        story.leased()
            .file("CTL" + device + ".tlv", Outcome::not_found, "none", reason)
            .file("ITL" + device + ".tlv", Outcome::sent);
        story.file(device + ".cnf.xml.sgn", Outcome::sent, "cluster:hq-east");
        for (const char* name : {"SK1234.xml.sgn", "AppDialRules.xml", "ringlist.xml.sgn", "German_Germany/sp-sip.jar",
                                 "Germany/g4-tones.xml.sgn", "sip88xx.14-2-1.loads"}) {
            story.file(name, Outcome::sent, "cache:hq-east");
        }
        story.now -= seconds(10);  // many boot at once
    }
};

TEST(History, WhatWasWrittenIsReadAgain) {
    story.leased({"192.0.2.1", "192.0.2.2"}).file("CTLSEP001122334455.tlv", Outcome::not_found, "none", "hq-east: not found");
    story.configured().configured().got_list(~KeyId{0}, {1, ~KeyId{1}}).wait(600);
    story.dhcp(Story::Step::offered, {}, "no-servers").file("ringlist.xml", Outcome::broken_off, "files", "silent", 70, 7, 3);
    History history(file, settings);
    write(history, moment());
    const auto before = story.phone();

    const auto loaded = load(moment(seconds(60)));
    CHECK_EQUAL(1U, loaded.size());
    const auto& phone = loaded.front();
    CHECK(phone.mac == before.mac);
    CHECK(phone.is_phone);
    CHECK_EQUAL(before.vendor_class, phone.vendor_class);
    CHECK_EQUAL(2U, phone.boots.size());
    CHECK_EQUAL(2U, phone.boots[1].number);
    CHECK(before.boots[0].began == phone.boots[0].began);
    CHECK(before.boots[1].last == phone.boots[1].last);
    const auto& ack = phone.boots[0].dhcp.at(1);
    CHECK(ack.kind == Story::Step::committed);
    CHECK(ack.servers == (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
    CHECK_EQUAL(std::string("no-servers"), phone.boots[1].dhcp.at(0).why_none);
    CHECK(phone.boots[1].dhcp.at(0).servers.empty());
    const auto& files = phone.boots[0].files;
    CHECK_EQUAL(3U, files.size());
    CHECK(files[2].report.trust == before.boots[0].files[2].report.trust);
    CHECK_EQUAL(std::string("hq-east: not found"), files[0].report.reason);
    CHECK_EQUAL(2U, files[1].times);
    const auto& broken = phone.boots[1].files.at(0).report;
    CHECK(broken.outcome == Outcome::broken_off);
    CHECK(broken.phone == boost::asio::ip::make_address("192.0.2.50"));
    CHECK_EQUAL(70U, broken.bytes);
    CHECK_EQUAL(3U, broken.resent);
    CHECK(broken.took == std::chrono::milliseconds(20));
}

TEST(History, ABootThatGoesOnTakesItsOwnPlace) {
    History history(file, settings);
    story.leased();
    write(history, moment());
    story.configured();
    write(history, moment());
    auto phone = load(moment()).front();
    CHECK_EQUAL(1U, phone.boots.size());
    CHECK_EQUAL(2U, phone.boots[0].dhcp.size());
    CHECK_EQUAL(1U, phone.boots[0].files.size());
    for (std::size_t boot = 0; boot < Timelines::max_boots; ++boot) {
        story.wait(600).leased().configured();
    }
    write(history, moment());
    phone = load(moment()).front();
    CHECK_EQUAL(Timelines::max_boots, phone.boots.size());
    CHECK_EQUAL(2U, phone.boots.front().number);
}

TEST(History, TheClocksOfTwoStartsAreTwo) {
    story.leased().configured();
    History history(file, settings);
    write(history, moment());
    const Moment next{TimePoint{} + seconds(5), moment(hours(3)).wall};  // a machine that was started anew
    const auto phone = load(next).front();
    CHECK(next.steady - phone.boots[0].last == hours(3) + seconds(1));  // Story waits a second after each file
}

TEST(History, WithoutTheTimeOfDayTheNewestCountsAsJustNow) {
    story.leased().configured();
    History history(file, settings);
    write(history, moment());
    phone_boots(7);
    story.wait(3600);
    phone_boots(8);
    write(history, moment());
    const Moment lost{TimePoint{} + seconds(5), std::chrono::system_clock::time_point(seconds(5))};  // 1970
    const auto loaded = load(lost);
    CHECK_EQUAL(3U, loaded.size());
    CHECK(lost.steady == loaded.front().boots[0].last);
    CHECK(loaded.front().boots[0].last - loaded.back().boots[0].last > hours(1));
}

TEST(History, WhatIsTooOldIsNeitherReadNorKept) {
    History history(file, settings);
    story.leased();
    story.now -= seconds(1);  // the wait after the ACK
    write(history, moment());
    CHECK_EQUAL(1U, load(moment(days(30))).size());
    CHECK_EQUAL(0U, load(moment(days(30) + seconds(1))).size());
    CHECK(*history.write({}, moment(days(30))));
    CHECK_EQUAL(1U, load(moment()).size());
    CHECK(*history.write({}, moment(days(30) + seconds(1))));
    CHECK_EQUAL(0U, load(moment()).size());
}

TEST(History, ItStaysWithinItsSizeAndTheLatestPhonesStay) {
    settings.max_size = 1 << 20;
    {
        History history(file, settings);
        for (std::uint32_t number = 0; number < 2000; ++number) {
            phone_boots(number);
            story.wait(1);
            if (number % 100 == 99) {
                write(history, moment());
            }
        }
        CHECK(std::filesystem::file_size(file) <= settings.max_size);
        CHECK(std::filesystem::file_size(file.string() + "-wal") < 6 << 20);
    }
    const auto loaded = load(moment());
    CHECK(loaded.size() > 100);
    CHECK(loaded.size() < 2000);
    std::uint32_t latest = 2000;
    for (const auto& phone : loaded) {
        CHECK(phone.mac == numbered_mac(--latest));
        CHECK_EQUAL(9U, phone.boots.back().files.size());
    }
}

TEST(History, WhatIsNoDatabaseIsSetAside) {
    scratch.write("phones/history.db", std::string(5000, 'x'));
    History history(file, settings);
    CHECK(static_cast<bool>(history.open()));
    CHECK_EQUAL(std::string(5000, 'x'), test::text_of_file(file.string() + ".damaged"));
    story.leased();
    write(history, moment());
    CHECK_EQUAL(1U, load(moment()).size());
}

TEST(History, AFileOfAnotherVersionIsSetAside) {
    {
        History history(file, settings);
        story.leased();
        write(history, moment());
    }
    // "user_version", sqlite.org/fileformat.html 1.3.
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(63).put(99);
    bytes.close();
    CHECK_EQUAL(0U, load(moment()).size());
    CHECK(std::filesystem::exists(file.string() + ".damaged"));
}

TEST(History, ADamagedPageIsNoticedAndServiceGoesOn) {
    {
        History history(file, settings);
        for (std::uint32_t number = 0; number < 200; ++number) {
            phone_boots(number);
        }
        write(history, moment());
    }
    const auto size = std::filesystem::file_size(file);
    CHECK(size > 20 * 4096);
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(4096 * (size / 8192)));
        bytes << std::string(4096, '\x5a');
    }
    CHECK_EQUAL(0U, load(moment()).size());
    CHECK_EQUAL(size, std::filesystem::file_size(file.string() + ".damaged"));
    History history(file, settings);
    story.leased();
    write(history, moment());
}

TEST(History, APowerCutAnywhereCostsOnlyWhatWasNotWritten) {
    test::Scratch after;
    History history(file, settings);
    phone_boots(1);
    write(history, moment());
    const auto wal = file.string() + "-wal";
    const auto first = std::filesystem::file_size(wal);
    phone_boots(2);
    phone_boots(3);
    write(history, moment());
    const auto whole = test::text_of_file(wal);
    const auto main = test::text_of_file(file);
    std::vector<std::size_t> cuts{whole.size()};
    for (std::size_t length = first; length < whole.size(); length += 512) {
        cuts.push_back(length);
    }
    std::size_t seen_all = 0;
    for (const auto length : cuts) {
        after.write("phones/history.db", main);
        after.write("phones/history.db-wal", whole.substr(0, length));
        std::filesystem::remove(after / "phones/history.db-shm");
        History cut(after / "phones/history.db", settings);
        const auto loaded = cut.load(moment());
        CHECK(static_cast<bool>(loaded));
        CHECK(loaded->size() == 1 || loaded->size() == 3);  // all of a batch or nothing
        seen_all += loaded->size() == 3 ? 1 : 0;
    }
    CHECK(!std::filesystem::exists(after / "phones/history.db.damaged"));
    CHECK(seen_all > 0);
    CHECK(seen_all < cuts.size());
}

TEST(History, WhatCannotBeWrittenIsAFailureAndNoMore) {
    scratch.write("phones", "a file where the directory should be");
    History history(file, settings);
    CHECK(!history.open());
    CHECK(!history.load(moment()));
    story.leased();
    CHECK(!history.write(story.timelines.take_changed(100), moment()));
}

TEST(History, OffDeletesWhatWasKept) {
    History history(file, settings);
    story.leased();
    write(history, moment());
    settings.lifetime = seconds(0);
    history.use(settings);
    CHECK(!std::filesystem::exists(file));
    CHECK(!std::filesystem::exists(file.string() + "-wal"));
}

// The figures of docs/configuration.md.
TEST(History, WhatABootCostsTheFlash) {
    constexpr std::uint32_t branch = 2500;
    History history(file, settings);
    for (std::uint32_t number = 0; number < branch; ++number) {
        phone_boots(number);
    }
    write(history, moment());
    story.wait(7200);
    const auto at_once = bytes_written();
    for (std::uint32_t number = 0; number < branch; ++number) {
        phone_boots(number);
    }
    for (auto changes = story.timelines.take_changed(2000); !changes.empty(); changes = story.timelines.take_changed(2000)) {
        CHECK(static_cast<bool>(history.write(changes, moment())));
    }
    const auto one = bytes_written();
    const auto each_of_many = (one - at_once) / branch;
    CHECK_TEXT(each_of_many <= 8 * 1024, std::to_string(each_of_many).c_str());
    story.wait(7200);
    for (std::uint32_t number = 0; number < 100; ++number) {
        phone_boots(number * 25);
        write(history, moment());
    }
    const auto each_alone = (bytes_written() - one) / 100;
    CHECK_TEXT(each_alone <= 80 * 1024, std::to_string(each_alone).c_str());
}
