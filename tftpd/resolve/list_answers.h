// Who is given the trust lists of our own: the phones that are ours, and no others. A phone that took a list of ours while its
// cluster is another's would refuse that cluster's files for good.
//
//   no remote clusters                                               every phone's ITL and CTL
//   CTLSEP<MAC>.tlv, ITLSEP<MAC>.tlv                                 if the configuration of that MAC is an own file
//   CTLFile.tlv, ITLFile.tlv                                         if that of the MAC that has the asker's lease is
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/store/content.h"
#include "tftpd/store/file_name.h"
#include "tftpd/store/file_store.h"
#include "tftpd/trust/own_lists.h"

#include <optional>

namespace branchline {

class LeaseTable;

/// Which list a name is one of, if it is.
std::optional<trust::ListKind> list_kind(const FileName& name);

class ListAnswers {
public:
    /// `lists` may be null; both outlive it.
    ListAnswers(const trust::OwnLists* lists, const LeaseTable& leases) : lists_(lists), leases_(leases) {}

    /// The list that answers `name`; null if none does. Any thread.
    [[nodiscard]] ContentPtr answer(const FileName& name, const IpAddress& asked_by, const FileStore& files,
                                    const Config& config) const;

private:
    const trust::OwnLists* lists_;
    const LeaseTable& leases_;
};

}  // namespace branchline
