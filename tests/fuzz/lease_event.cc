// Datagrams on the event socket, a zero byte between two: what is read means the same when it is written out and read again,
// and the table of leases keeps its bounds and both its ways to a phone whatever comes.
#include "tests/fuzz/targets.h"
#include "tftpd/api/lease_event.h"
#include "tftpd/phones/lease_table.h"

namespace branchline::fuzz {

namespace {

constexpr std::size_t phones = 3;  // few, so that they push each other out

void heard(LeaseTable& table, ByteView datagram, TimePoint now) {
    const auto event = api::decode(datagram);
    if (!event) {
        must(!event.error().text.empty(), "a refusal has a reason");
        return;
    }
    const auto written = api::encode(*event);
    must(written.size() <= api::max_event_size, "an event is bounded");
    const auto again = api::decode(written);
    must(again && again->kind == event->kind && again->family == event->family && again->mac == event->mac,
         "what is written is read as the same");
    must(api::encode(*again) == written, "what is written once is written so again");

    must(table.update(*event, now) == event->mac.has_value(), "an event is of a phone if it names one");
    must(table.size() <= phones, "the table is bounded");
    if (!event->mac) {
        return;
    }
    const auto lease = table.find(*event->mac);
    must(lease && lease->last == event->kind, "who was heard last is known");
    for (const auto* address : {&lease->v4, &lease->v6}) {
        if (!address->text.empty()) {
            must(table.holder_of(address->text) == event->mac, "an address leads to the phone that has it");
        }
    }
}

}  // namespace

void lease_event(ByteView input) {
    LeaseTable table(phones);
    TimePoint now{std::chrono::hours(1)};
    while (!input.empty()) {
        const auto end = static_cast<std::size_t>(std::find(input.begin(), input.end(), 0) - input.begin());
        heard(table, input.first(end), now);
        input = input.subspan(std::min(input.size(), end + 1));
        now += std::chrono::seconds(10);
    }
}

}  // namespace branchline::fuzz
