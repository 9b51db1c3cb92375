// The trust lists of our own that are in force: DIRECTORY/ITLFile.tlv and CTLFile.tlv, as phones get them. Made by command
// (list_builder.h), replaced as a whole, and only by one that phones which have the old one will take. Any thread.
#pragma once

#include "tftpd/trust/list_builder.h"

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace branchline::trust {

using ListFile = std::shared_ptr<const Bytes>;

class OwnLists {
public:
    /// Reads what is there. What is no valid list is not given out, says so in faults(), and is not overwritten either.
    explicit OwnLists(std::filesystem::path directory);

    /// The list in force; null if there is none.
    [[nodiscard]] ListFile file(ListKind kind) const;
    [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

    /// Puts `file` in force: on the disk when this returns. Refused if phones that have the present one would be stranded.
    Result<bool> replace(ListKind kind, Bytes file);
    /// Gives the list out no more. Phones that have it keep it. False if there was none.
    Result<bool> remove(ListKind kind);

private:
    [[nodiscard]] std::filesystem::path path_of(ListKind kind) const;

    const std::filesystem::path directory_;
    std::vector<std::string> faults_;
    std::array<std::string, list_kinds.size()> fault_of_;
    std::mutex changing_;
    mutable std::mutex reading_;  ///< held for the time of a pointer's copy
    std::array<ListFile, list_kinds.size()> files_;
};

}  // namespace branchline::trust
