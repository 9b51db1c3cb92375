// Which of the other TFTP servers that phones are told still answer: the redundant appliance, or a cluster's own server. The
// hook's events name them ("servers" of api/lease_event.h), so they are configured in one place, the hook's parameters; our
// own addresses among them are passed over. Each is asked by TFTP, on port 69 as a phone would, for a name that nobody has: any
// answer is life. What comes of it goes to the hook by the server table, which leaves the dead out of what phones are told.
//
//   up --(two questions in a row unanswered)--> down --(one answer)--> up        asked every 1.5 s, each for 0.7 s
//
// So a server that dies is left out within 5 s together with the hook's own second. Bounded: `max_partners`, others are not
// watched; one that has not been named for a day while it was up is forgotten.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

struct PartnerWatchSettings {
    std::uint16_t port = 69;
    Duration interval = std::chrono::milliseconds(1500);  ///< between an answer and the next question
    Duration patience = std::chrono::milliseconds(700);   ///< with one question
};

class PartnerWatch {
public:
    static constexpr std::size_t max_partners = 16;

    /// `is_own`: whether an address is this machine's; asked for addresses that are not known yet. `on_change`: some server's
    /// state is another than before. Both are called on the thread of `io`, where all the work is done.
    PartnerWatch(boost::asio::io_context& io, std::function<bool(const IpAddress&)> is_own, std::function<void()> on_change,
                 PartnerWatchSettings settings = {});
    ~PartnerWatch();
    PartnerWatch(const PartnerWatch&) = delete;
    PartnerWatch& operator=(const PartnerWatch&) = delete;

    /// A phone was told these. From any thread; the same list again within 10 s costs nothing.
    void named(const std::vector<std::string>& addresses);

    /// Address → whether it answers. On the thread of `io`.
    [[nodiscard]] std::map<std::string, bool> states() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace branchline
