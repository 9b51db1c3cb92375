#include "tftpd/phones/timeline.h"

#include "tftpd/store/device_names.h"
#include "tftpd/store/file_name.h"

#include <algorithm>
#include <iterator>

namespace branchline {
namespace {

using Step = api::LeaseEvent::Kind;

constexpr std::size_t looked_at_for_room = 64;  // phones at the end of the list, for one that is none

bool gives_lease(Step kind) {
    return kind == Step::committed || kind == Step::renewed;
}
bool asks_for_lease(Step kind) {
    return kind == Step::asked || kind == Step::seen || kind == Step::offered || gives_lease(kind);
}

/// Does `kind` open a boot, seeing what the present one has already?
bool begins_boot(const Boot& boot, const api::LeaseEvent& event, TimePoint now) {
    if (!asks_for_lease(event.kind) || event.kind == Step::renewed) {
        return false;
    }
    const bool leased = boot.lease(event.family) != nullptr;
    if (event.kind == Step::committed) {
        // The end of what OFFER began, or a phone that asks for the address it had before. INIT-REBOOT comes without OFFER.
        const bool offered = std::any_of(boot.dhcp.begin(), boot.dhcp.end(), [&](const DhcpStep& step) {
            return step.family == event.family && step.kind == Step::offered;
        });
        return now - boot.last > Timelines::pause || (leased && (!offered || !boot.files.empty()));
    }
    return leased || now - boot.last > Timelines::pause;
}

bool same_step(const DhcpStep& step, const api::LeaseEvent& event) {
    return step.kind == event.kind && step.family == event.family && step.address == event.address &&
           step.relay == event.relay && step.servers == event.servers && step.why_none == event.why_none;
}

}  // namespace

const DhcpStep* Boot::lease(unsigned family) const {
    const auto found = std::find_if(dhcp.rbegin(), dhcp.rend(), [family](const DhcpStep& step) {
        return step.family == family && gives_lease(step.kind) && !step.address.empty();
    });
    return found == dhcp.rend() ? nullptr : &*found;
}

std::string PhoneTimeline::model() const {
    for (const std::string_view word : {"IP Phone ", "Wireless Phone ", "Analog Telephone Adaptor "}) {
        if (const auto at = vendor_class.find(word); at != std::string::npos) {
            return vendor_class.substr(at + word.size());
        }
    }
    return vendor_class.starts_with("Cisco ATA") ? vendor_class.substr(6) : std::string();
}

std::string PhoneTimeline::address(unsigned family) const {
    for (auto boot = boots.rbegin(); boot != boots.rend(); ++boot) {
        if (const auto* lease = boot->lease(family)) {
            return lease->address;
        }
        for (auto file = boot->files.rbegin(); file != boot->files.rend(); ++file) {
            if (file->report.phone.is_v4() == (family == 4)) {
                return file->report.phone.to_string();
            }
        }
    }
    return {};
}

PhoneTimeline& Timelines::phone_of(const MacAddress& mac) {
    if (const auto known = by_mac_.find(mac); known != by_mac_.end()) {
        phones_.splice(phones_.begin(), phones_, known->second);
        return *known->second;
    }
    phones_.emplace_front();
    phones_.front().mac = mac;
    by_mac_[mac] = phones_.begin();
    return phones_.front();
}

Boot& Timelines::new_boot(PhoneTimeline& phone, TimePoint now) {
    if (phone.boots.size() >= max_boots) {
        entries_ -= phone.boots.front().entries();
        phone.boots.pop_front();
    }
    const auto number = phone.boots.empty() ? 1 : phone.boots.back().number + 1;
    auto& boot = phone.boots.emplace_back();
    boot.number = number;
    boot.began = boot.last = now;
    return boot;
}

void Timelines::changed(PhoneTimeline& phone, TimePoint now) {
    changed_.try_emplace(phone.mac, phone.boots.back().number);
    phone.kept = now;
}

void Timelines::drop_oldest_boot(Phones::iterator phone) {
    entries_ -= phone->boots.front().entries();
    phone->boots.pop_front();
    if (phone->boots.empty()) {
        by_mac_.erase(phone->mac);
        changed_.erase(phone->mac);
        phones_.erase(phone);
    }
}

// Hosts that are no phones go first, as far as they are among those heard of longest ago. Never the one just heard of.
void Timelines::make_room() {
    while (phones_.size() > 1 && (phones_.size() > max_phones_ || entries_ > max_entries_)) {
        auto victim = std::prev(phones_.end());
        auto looked_at = victim;
        for (std::size_t i = 0; i < looked_at_for_room && looked_at != phones_.begin(); ++i, --looked_at) {
            if (!looked_at->is_phone) {
                victim = looked_at;
                break;
            }
        }
        const auto boots = phones_.size() > max_phones_ ? victim->boots.size() : 1;
        for (std::size_t i = 0; i < boots; ++i) {
            drop_oldest_boot(victim);
        }
    }
}

void Timelines::add(const api::LeaseEvent& event, TimePoint now) {
    if (!event.mac) {
        return;
    }
    auto& phone = phone_of(*event.mac);
    if (!event.vendor_class.empty()) {
        phone.vendor_class = event.vendor_class.substr(0, event.vendor_class.find('\0'));
    }
    const bool told_servers = !event.servers.empty() && event.kind != Step::elsewhere;
    phone.is_phone = phone.is_phone || told_servers || (!event.why_none.empty() && event.why_none != "not-a-phone");
    const bool first = phone.boots.empty() || begins_boot(phone.boots.back(), event, now);
    auto& boot = first ? new_boot(phone, now) : phone.boots.back();
    boot.last = now;
    const auto same =
        std::find_if(boot.dhcp.begin(), boot.dhcp.end(), [&](const auto& step) { return same_step(step, event); });
    const bool repeats = same != boot.dhcp.end();
    if (repeats) {
        ++same->times;
        same->last = now;
        same->lifetime = event.lifetime;
    } else if (boot.dhcp.size() >= max_steps) {
        ++boot.left_out;
    } else {
        boot.dhcp.push_back({event.kind, event.family, now, now, 1, event.address, event.relay, event.subnet, event.lifetime,
                             event.servers, event.why_none});
        ++entries_;
    }
    if (event.kind != Step::renewed || !repeats || now - phone.kept >= renewals_kept) {
        changed(phone, now);
    }
    make_room();
}

std::optional<MacAddress> Timelines::add(FileReport report, std::optional<MacAddress> holder) {
    const auto key = to_key(report.name);
    const auto named = mac_from_digits(device_of_key(key));
    const auto from = report.phone.to_string();
    if (!holder && named) {
        by_address_.put(from, *named);
        holder = named;
    }
    if (!holder) {
        const auto* known = by_address_.find(from);
        if (known == nullptr) {
            return std::nullopt;
        }
        holder = *known;
    }
    auto& phone = phone_of(*holder);
    phone.is_phone = true;
    const auto asked = report.ended - report.took;
    const bool first = phone.boots.empty() ||
                       (named && report.ended - phone.boots.back().last > pause && asked - phone.boots.back().last > pause);
    auto& boot = first ? new_boot(phone, asked) : phone.boots.back();
    boot.last = std::max(boot.last, report.ended);
    const auto same = std::find_if(boot.files.begin(), boot.files.end(), [&](const FileAsked& file) {
        return file.report.name == report.name && file.report.http == report.http && file.report.outcome == report.outcome &&
               file.report.source == report.source && file.report.phone.is_v4() == report.phone.is_v4();
    });
    if (same != boot.files.end()) {
        ++same->times;
        report.blocks += same->report.blocks;
        report.resent += same->report.resent;
        same->report = std::move(report);
    } else if (boot.files.size() >= max_files) {
        ++boot.left_out;
    } else {
        boot.files.push_back({std::move(report), asked, 1});
        ++entries_;
    }
    const auto whose = *holder;
    changed(phone, boot.last);
    make_room();
    return whose;
}

std::size_t ChangedPhone::entries() const {
    std::size_t count = 1;
    for (const auto& boot : phone.boots) {
        count += boot.number >= from_boot ? 1 + boot.entries() : 0;
    }
    return count;
}

std::vector<ChangedPhone> Timelines::take_changed(std::size_t most) {
    std::vector<ChangedPhone> taken;
    for (std::size_t entries = 0; !changed_.empty() && (taken.empty() || entries < most);) {
        const auto next = changed_.begin();
        taken.push_back({*find(next->first), next->second});
        entries += taken.back().entries();
        changed_.erase(next);
    }
    return taken;
}

void Timelines::all_changed() {
    for (const auto& phone : phones_) {
        changed_[phone.mac] = phone.boots.front().number;
    }
}

void Timelines::restore(std::list<PhoneTimeline> phones) {
    phones_ = std::move(phones);
    by_mac_.clear();
    changed_.clear();
    entries_ = 0;
    for (auto phone = phones_.begin(); phone != phones_.end(); ++phone) {
        by_mac_[phone->mac] = phone;
        phone->kept = phone->boots.back().last;
        for (const auto& boot : phone->boots) {
            entries_ += boot.entries();
        }
    }
    make_room();
}

std::vector<std::string> Timelines::names_asked(const MacAddress& mac) const {
    std::vector<std::string> names;
    const auto* phone = find(mac);
    const auto digits = to_digits(mac);
    for (auto boot = phone == nullptr ? 0 : phone->boots.size(); boot > 0 && names.empty(); --boot) {
        for (const auto& file : phone->boots[boot - 1].files) {
            const auto& report = file.report;
            const bool tells = report.outcome == FileReport::Outcome::sent || report.outcome == FileReport::Outcome::not_found;
            if (tells && is_name_of(to_key(report.name), digits) &&
                std::find(names.begin(), names.end(), report.name) == names.end()) {
                names.push_back(report.name);
            }
        }
    }
    return names;
}

const PhoneTimeline* Timelines::find(const MacAddress& mac) const {
    const auto known = by_mac_.find(mac);
    return known == by_mac_.end() ? nullptr : &*known->second;
}

}  // namespace branchline
