// Reads a file a window at a time: a transfer asks for block after block, and when it sends many in a row, one read of all of
// them costs a fraction of a read each.
#pragma once

#include "tftpd/tftp/block_source.h"
#include "tftpd/tftp/transfer_options.h"

#include <memory>

namespace branchline::tftp {

/// The bytes read last, for whoever asks for the next ones. Transfers of one thread may share them, so that none needs memory
/// of its own; forget() must then come before the source that they are from may be gone.
class WindowBytes {
public:
    void forget() { of_ = nullptr; }

private:
    friend class WindowSource;
    const BlockSource* of_ = nullptr;  ///< nullptr = nothing is held
    std::uint64_t offset_ = 0;         ///< bytes
    std::size_t length_ = 0;           ///< bytes
    bool to_the_end_ = false;          ///< the file ends with them
    Bytes room_;
};

/// `source`, read by the windows that were agreed on into `bytes`, which must outlive the reads; itself if they are of one
/// block.
std::shared_ptr<const BlockSource> by_windows(std::shared_ptr<const BlockSource> source, const TransferOptions& options,
                                              WindowBytes& bytes);

}  // namespace branchline::tftp
