// What happened when each phone booted, in the order it happened: what DHCP gave it (told by the hook) and what became of each
// file that it asked for (told by TFTP and HTTP). What it means is verdict.h's.
//
//   boot:  OFFER  ACK + servers (or why none) | CTLSEP… not found | SEP….cnf.xml sent, 5.1 kB | … | silence
//
// A boot begins with DHCP, or, if the phone has no need of it, with a file that carries its MAC after a pause. What repeats is
// folded into one entry that counts, so that a phone that goes round in circles fills nothing. Bounded in every direction; when
// there is no more room, the oldest boot of the phone not heard of for longest goes. Pure: time is an argument. One thread.
#pragma once

#include "tftpd/api/lease_event.h"
#include "tftpd/base/clock.h"
#include "tftpd/phones/file_report.h"
#include "tftpd/phones/mac_address.h"
#include "tftpd/store/lru_map.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace branchline {

/// One step of DHCP.
struct DhcpStep {
    api::LeaseEvent::Kind kind{};
    unsigned family = 4;  ///< 4 or 6
    TimePoint first{};
    TimePoint last{};
    unsigned times = 1;
    std::string address;
    std::string relay;
    std::uint32_t subnet = 0;
    std::uint32_t lifetime = 0;  ///< seconds
    std::vector<std::string> servers;
    std::string why_none;
};

/// One file that was asked for.
struct FileAsked {
    FileReport report;  ///< of the last time; `blocks` and `resent` of all
    TimePoint first{};  ///< when the first was asked
    unsigned times = 1;
};

struct Boot {
    std::uint32_t number = 0;  ///< of this phone's boots, from 1 on
    TimePoint began{};
    TimePoint last{};  ///< when something was last heard
    std::vector<DhcpStep> dhcp;
    std::vector<FileAsked> files;
    std::size_t left_out = 0;  ///< entries that found no room

    [[nodiscard]] std::size_t entries() const { return dhcp.size() + files.size(); }
    /// The step of that family that gave or renewed a lease, the latest; nullptr if none did.
    [[nodiscard]] const DhcpStep* lease(unsigned family) const;
};

struct PhoneTimeline {
    MacAddress mac{};
    bool is_phone = false;  ///< it was told TFTP servers, or asked for a file; false: some other host with a lease
    std::string vendor_class;
    std::deque<Boot> boots;  ///< the latest last; never empty
    TimePoint kept{};        ///< when a change of it was last given to be kept

    [[nodiscard]] std::string model() const;  ///< from the vendor class: "CP-8841"; empty if it does not say
    /// Its address of that family in the latest boot that had one; empty if it had none.
    [[nodiscard]] std::string address(unsigned family) const;
};

/// A phone whose boots from that number on are to be kept anew.
struct ChangedPhone {
    PhoneTimeline phone;
    std::uint32_t from_boot = 1;

    [[nodiscard]] std::size_t entries() const;  ///< of those boots
};

class Timelines {
public:
    static constexpr std::size_t max_boots = 5;   ///< a phone
    static constexpr std::size_t max_files = 48;  ///< a boot
    static constexpr std::size_t max_steps = 16;  ///< a boot
    static constexpr std::size_t max_phones = 16'384;
    static constexpr std::size_t max_entries = 150'000;  ///< steps and files of all phones; some 250 bytes each
    static constexpr std::size_t max_addresses = 16'384;
    static constexpr Duration pause = std::chrono::minutes(2);  ///< of silence, after which a phone that asks boots anew
    /// A renewed lease is no news. It is kept with what is, or after this time.
    static constexpr Duration renewals_kept = std::chrono::hours(24);

    explicit Timelines(std::size_t phones = max_phones, std::size_t entries = max_entries)
        : max_phones_(phones), max_entries_(entries) {}

    /// An event without a MAC is passed over.
    void add(const api::LeaseEvent& event, TimePoint now);

    /// `holder`: whom the address is leased to. Without it the file's name tells the phone, and then the address, as long as no
    /// other name comes from there. A file that cannot be tied to a phone is passed over. Returns whose it was.
    std::optional<MacAddress> add(FileReport report, std::optional<MacAddress> holder);

    /// The files with its own MAC in the name that the phone asked for in the latest boot in which it asked for any, in their
    /// order, those that are nowhere, too.
    [[nodiscard]] std::vector<std::string> names_asked(const MacAddress& mac) const;
    [[nodiscard]] const PhoneTimeline* find(const MacAddress& mac) const;
    [[nodiscard]] const std::list<PhoneTimeline>& all() const { return phones_; }  ///< the one heard of last in front
    [[nodiscard]] std::size_t entries() const { return entries_; }

    /// What changed since it was last taken: whole phones, as many as have `most` entries, but one at least if there is any.
    std::vector<ChangedPhone> take_changed(std::size_t most);
    void all_changed();  ///< what was taken before was not kept after all
    /// Instead of what is here, the one heard of last in front; for the start.
    void restore(std::list<PhoneTimeline> phones);

private:
    using Phones = std::list<PhoneTimeline>;

    PhoneTimeline& phone_of(const MacAddress& mac);
    Boot& new_boot(PhoneTimeline& phone, TimePoint now);
    void changed(PhoneTimeline& phone, TimePoint now);
    void make_room();
    void drop_oldest_boot(Phones::iterator phone);

    const std::size_t max_phones_;
    const std::size_t max_entries_;
    Phones phones_;
    std::map<MacAddress, Phones::iterator> by_mac_;
    LruMap<std::string, MacAddress> by_address_{max_addresses};  ///< told by names that carry a MAC
    std::map<MacAddress, std::uint32_t> changed_;                ///< the lowest number of a boot that changed
    std::size_t entries_ = 0;
};

}  // namespace branchline
