// Content that is still arriving from a remote server: written by one thread, read by the transfers that already send it. A
// reader never gets a byte that is not the file's: the last block is given out only after finish(), and after fail() nothing
// is.
//
//   arriving --finish()--> complete          in memory up to max_in_memory, then in a temporary file of the cache;
//       \------fail()----> failed            if there is no room on the disk, on in memory, within SpillSpace's bound
//
// If the remote server dies in the middle and another one starts from the beginning, restart() makes append() compare what
// comes with what is there, so that running transfers go on if, and only if, it is the same file.
#pragma once

#include "tftpd/store/content.h"
#include "tftpd/store/temporary_file.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace branchline {

/// Where all growing contents together put their bytes.
class SpillSpace {
public:
    static constexpr std::uint64_t max_memory = 64u << 20;  ///< bytes, over all contents that are arriving

    virtual ~SpillSpace() = default;
    /// A file for a content that got large; nullptr if there is no disk for it.
    virtual std::shared_ptr<TemporaryFile> make_file() = 0;

    [[nodiscard]] bool reserve(std::uint64_t bytes);
    void release(std::uint64_t bytes) { used_ -= bytes; }
    [[nodiscard]] std::uint64_t used() const { return used_; }

private:
    std::atomic<std::uint64_t> used_{0};
};

class GrowingContent final : public Content {
public:
    static constexpr std::uint64_t max_in_memory = 1u << 20;  ///< bytes of one content
    /// The file's first bytes are left free for whoever keeps the file later.
    static constexpr std::uint64_t file_header_room = 1024;

    GrowingContent(std::optional<std::uint64_t> size, std::shared_ptr<SpillSpace> space);
    ~GrowingContent() override;

    // The writer's side.
    /// False if the content failed: more than the announced size, other bytes than before a restart, or no room.
    bool append(ByteView part);
    /// The next part is the file's first again, from another server, which announced `size`. False if the content failed: that
    /// is not the size that readers were told, or less than they may have.
    [[nodiscard]] bool restart(std::optional<std::uint64_t> size);
    /// All is there. False, and failed, if that is not what was announced.
    bool finish();
    void fail();
    /// All that has come, also before finish(), for the writer to look at; none if it is more than `limit` bytes.
    [[nodiscard]] std::optional<Bytes> arrived(std::uint64_t limit) const;

    // Any thread.
    [[nodiscard]] std::optional<std::uint64_t> size() const override;
    [[nodiscard]] tftp::BlockRead read(std::uint64_t offset, ByteSpan into) const override;
    /// "Since this call" reaches back to the calling thread's last read of this content that was pending, so that what arrives
    /// between the two is not missed.
    void when_more(std::function<void()> poke) const override;

    [[nodiscard]] std::uint64_t length() const;  ///< bytes that are there
    [[nodiscard]] bool failed() const;
    /// The file that holds all of it, after finish(); nullptr if it is not (all) in a file.
    [[nodiscard]] std::shared_ptr<TemporaryFile> file() const;

private:
    using Pokes = std::vector<std::function<void()>>;
    enum class Phase { arriving, complete, failed };

    bool store(ByteView part);
    bool spill();
    bool same_as_before(ByteView part) const;
    bool copy_out(std::uint64_t offset, ByteSpan into) const;
    bool end(Phase phase);
    Pokes take_pokes();

    const std::shared_ptr<SpillSpace> space_;
    mutable std::mutex mutex_;
    Phase phase_ = Phase::arriving;
    std::optional<std::uint64_t> announced_;
    std::shared_ptr<TemporaryFile> file_;  // set at most once
    bool spill_failed_ = false;
    std::uint64_t in_file_ = 0;  // bytes [0, in_file_) are in file_, the rest in memory_
    Bytes memory_;
    std::uint64_t compared_ = 0;  // after a restart: bytes found equal so far; otherwise the length
    mutable Pokes pokes_;
};

}  // namespace branchline
