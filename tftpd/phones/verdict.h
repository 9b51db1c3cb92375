// "Why does this phone not come up?" From a phone's timeline to one sentence: what is wrong, and what to do about it. Pure; the
// same timeline gives the same words. docs/troubleshooting.md has each verdict with its background.
//
// Only what this box can see is judged: DHCP by its own Kea, files by its own TFTP and HTTP. What comes first on a phone's way
// is judged first, since all that follows depends on it:
//
//   DHCP → option 150 → any file request → trust list → configuration → who signed it → the way of the bytes → firmware
//   → loops → two homes → all well
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/phones/timeline.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace branchline {

struct Verdict {
    enum class Kind {
        well,                    ///< it has its configuration, and nothing is odd
        booting,                 ///< too early to say
        nothing_heard,           ///< neither DHCP nor a file request
        no_offer,                ///< it asks for a lease, and the DHCP server has none for it
        no_lease,                ///< offered, and not taken
        other_dhcp,              ///< it took the lease of another DHCP server
        no_servers,              ///< a lease, and no TFTP servers with it
        no_file_request,         ///< servers sent, and no file asked
        other_server,            ///< the same, and the first server is another machine
        gone,                    ///< its lease ended and nothing followed
        configuration_nowhere,   ///< no cluster has it
        refused,                 ///< we refused it its configuration
        binding_refused,         ///< the same, since it asked from an address that is not leased to it
        unavailable,             ///< who may have it cannot be reached
        stopped_early,           ///< trust list or other files, and then no configuration asked
        wrong_signer,            ///< a trust list or configuration by a signer whom its trust list does not name
        unsigned_configuration,  ///< it has a trust list, and its configuration has no signature
        answers_lost,            ///< nothing that we sent was ever answered
        lossy,                   ///< files arrive with many resends, or break off
        firmware_incomplete,     ///< a file of a firmware load is missing
        loops,                   ///< the same again and again
        two_homes,               ///< two clusters have its configuration
    };
    enum class Level { well, waiting, warning, problem };

    Kind kind = Kind::well;
    std::string wrong;  ///< what is the matter, without a full stop
    std::string to_do;  ///< what to do, without a full stop; empty = nothing

    [[nodiscard]] Level level() const;
    [[nodiscard]] std::string sentence() const;  ///< "WRONG; TO DO."
};

std::string_view name_of(Verdict::Kind kind);    ///< "no-servers"
std::string_view name_of(Verdict::Level level);  ///< "problem"

/// What a timeline does not say.
struct VerdictContext {
    TimePoint now{};
    std::vector<std::string> own_addresses{};  ///< of this machine
    std::string owner{};                       ///< cluster that the configuration comes from, if another one
    std::string second_home{};                 ///< has it, too
};

// From when on silence means something. A phone asks for its first file some seconds after its ACK.
inline constexpr Duration lease_patience = std::chrono::seconds(10);  ///< from OFFER to REQUEST
inline constexpr Duration file_patience = std::chrono::seconds(20);   ///< from ACK to the first file, and between files
inline constexpr double many_resends = 0.05;                          ///< of the blocks sent
inline constexpr std::uint64_t blocks_to_judge = 20;                  ///< fewer say nothing about loss
inline constexpr unsigned times_round = 4;                            ///< the same file in one boot: a loop
inline constexpr std::size_t boots_round = 4;                         ///< boots within `boots_window`: a loop
inline constexpr Duration boots_window = std::chrono::minutes(20);

/// `phone` null: nothing is known of it.
Verdict judge(const PhoneTimeline* phone, const VerdictContext& context);

}  // namespace branchline
