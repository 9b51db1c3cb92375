// What an exchange with another box (exchange/exchange.h) is about: what this one has for others, and how what another one has
// becomes a cluster and certificates here.
//
//   callmanager, phone-sast   this box's signing certificate, and the next one's, if it is in phone-sast already
//   tvs                       what our own service shows, if there is one
//   tvs, capf, phone-edge     those that were imported for no cluster: they are this site's
//
// Certificates of other clusters are not handed on: who vouches for its own need not be believed about others'.
#pragma once

#include "tftpd/control/commands.h"
#include "tftpd/exchange/message.h"

#include <string>

namespace branchline {

/// What is handed over. A Failure: there is no signing certificate yet, or more than a message holds.
Result<exchange::Offer> own_offer(const CommandTargets& targets);

/// The cluster that the other box becomes here; `name` is the operator's own for it, empty = the box's.
struct ExchangePartner {
    std::string name;
    const exchange::Offer& offer;
    const IpAddress& address;
};

/// Could it be taken? Changes nothing.
Result<bool> could_take(const CommandTargets& targets, const ExchangePartner& partner);
/// The cluster, which is in force when this returns, and the certificates: both or neither. What is there already stays.
/// Returns what was changed, in words.
Result<std::string> take(const CommandTargets& targets, const ExchangePartner& partner);

}  // namespace branchline
