#include "tftpd/store/growing_content.h"

#include "tftpd/store/file_content.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace branchline {
namespace {

/// This thread's last read that had to wait: of which content, and how much was there then.
struct LastPending {
    const void* content = nullptr;
    std::uint64_t length = 0;
};
thread_local LastPending last_pending;

bool write_all(int fd, std::uint64_t offset, ByteView part) {
    while (!part.empty()) {
        const auto put = ::pwrite(fd, part.data(), part.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        offset += static_cast<std::uint64_t>(put);
        part = part.subspan(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

bool SpillSpace::reserve(std::uint64_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= max_memory) {
        return true;
    }
    used_ -= bytes;
    return false;
}

GrowingContent::GrowingContent(std::optional<std::uint64_t> size, std::shared_ptr<SpillSpace> space)
    : space_(std::move(space)), announced_(size) {}

GrowingContent::~GrowingContent() {
    space_->release(memory_.size());
}

bool GrowingContent::append(ByteView part) {
    Pokes pokes;
    bool good = false;
    {
        const std::scoped_lock lock(mutex_);
        if (phase_ != Phase::arriving) {
            return false;
        }
        const auto before = in_file_ + memory_.size();
        const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), before - compared_));
        good = (!announced_ || compared_ + part.size() <= *announced_) && same_as_before(part.first(known)) &&
               store(part.subspan(known));
        compared_ += part.size();
        if (!good) {
            phase_ = Phase::failed;
        }
        if (!good || in_file_ + memory_.size() > before) {
            pokes = take_pokes();
        }
    }
    for (const auto& poke : pokes) {
        poke();
    }
    return good;
}

// Compares in pieces, so that a large content is not brought into memory at once.
bool GrowingContent::same_as_before(ByteView part) const {
    std::array<std::uint8_t, 4096> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (std::size_t at = 0; at < part.size(); at += piece.size()) {
        const ByteSpan now = ByteSpan(piece).first(std::min(piece.size(), part.size() - at));
        if (!copy_out(compared_ + at, now) ||
            !std::equal(now.begin(), now.end(), part.begin() + static_cast<std::ptrdiff_t>(at))) {
            return false;
        }
    }
    return true;
}

bool GrowingContent::store(ByteView part) {
    if (part.empty()) {
        return true;
    }
    if (!file_ && !spill_failed_ && (memory_.size() + part.size() > max_in_memory || !space_->reserve(part.size()))) {
        spill_failed_ = !spill();
    } else if (!file_ && !spill_failed_) {
        memory_.insert(memory_.end(), part.begin(), part.end());
        return true;
    }
    if (file_ && !spill_failed_) {
        if (write_all(file_->fd(), file_header_room + in_file_, part)) {
            in_file_ += part.size();
            return true;
        }
        spill_failed_ = true;  // what is in the file stays there and readable; the rest is kept in memory
    }
    if (!space_->reserve(part.size())) {
        return false;
    }
    memory_.insert(memory_.end(), part.begin(), part.end());
    return true;
}

bool GrowingContent::spill() {
    auto file = space_->make_file();
    if (!file || !write_all(file->fd(), file_header_room, memory_)) {
        return false;
    }
    file_ = std::move(file);
    in_file_ = memory_.size();
    space_->release(memory_.size());
    Bytes().swap(memory_);
    return true;
}

std::optional<Bytes> GrowingContent::arrived(std::uint64_t limit) const {
    const std::scoped_lock lock(mutex_);
    const auto length = in_file_ + memory_.size();
    if (length > limit) {
        return std::nullopt;
    }
    Bytes bytes(static_cast<std::size_t>(length));
    return copy_out(0, bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

bool GrowingContent::restart(std::optional<std::uint64_t> size) {
    Pokes pokes;
    bool good = false;
    {
        const std::scoped_lock lock(mutex_);
        compared_ = 0;
        const auto length = in_file_ + memory_.size();
        if (phase_ == Phase::arriving && ((announced_ && size && *announced_ != *size) || (size && *size < length))) {
            phase_ = Phase::failed;
            pokes = take_pokes();
        } else if (!announced_) {
            announced_ = size;
        }
        good = phase_ == Phase::arriving;
    }
    for (const auto& poke : pokes) {
        poke();
    }
    return good;
}

bool GrowingContent::finish() {
    return end(Phase::complete);
}

void GrowingContent::fail() {
    end(Phase::failed);
}

bool GrowingContent::end(Phase phase) {
    Pokes pokes;
    bool complete = false;
    {
        const std::scoped_lock lock(mutex_);
        if (phase_ == Phase::arriving) {
            const auto length = in_file_ + memory_.size();
            const bool whole = compared_ == length && (!announced_ || *announced_ == length);
            phase_ = whole ? phase : Phase::failed;
            announced_ = length;
            pokes = take_pokes();
        }
        complete = phase_ == Phase::complete;
    }
    for (const auto& poke : pokes) {
        poke();
    }
    return complete;
}

GrowingContent::Pokes GrowingContent::take_pokes() {
    return std::exchange(pokes_, {});
}

std::optional<std::uint64_t> GrowingContent::size() const {
    const std::scoped_lock lock(mutex_);
    return announced_;
}

std::uint64_t GrowingContent::length() const {
    const std::scoped_lock lock(mutex_);
    return in_file_ + memory_.size();
}

bool GrowingContent::failed() const {
    const std::scoped_lock lock(mutex_);
    return phase_ == Phase::failed;
}

std::shared_ptr<TemporaryFile> GrowingContent::file() const {
    const std::scoped_lock lock(mutex_);
    return phase_ == Phase::complete && memory_.empty() ? file_ : nullptr;
}

tftp::BlockRead GrowingContent::read(std::uint64_t offset, ByteSpan into) const {
    using State = tftp::BlockRead::State;
    const std::scoped_lock lock(mutex_);
    if (phase_ == Phase::failed) {
        return {State::failed, 0};
    }
    const auto length = in_file_ + memory_.size();
    auto count = into.size();
    if (offset > length || length - offset < count) {
        if (phase_ == Phase::arriving) {
            last_pending = {this, length};
            return {State::pending, 0};
        }
        count = offset > length ? 0 : static_cast<std::size_t>(length - offset);
    }
    return copy_out(offset, into.first(count)) ? tftp::BlockRead{State::ok, count} : tftp::BlockRead{State::failed, 0};
}

bool GrowingContent::copy_out(std::uint64_t offset, ByteSpan into) const {
    if (offset < in_file_) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), in_file_ - offset));
        if (!read_exactly(file_->fd(), file_header_room + offset, into.first(count))) {
            return false;
        }
        offset += count;
        into = into.subspan(count);
    }
    if (!into.empty()) {
        std::memcpy(into.data(), memory_.data() + (offset - in_file_), into.size());
    }
    return true;
}

void GrowingContent::when_more(std::function<void()> poke) const {
    {
        const std::scoped_lock lock(mutex_);
        const bool grew_since = last_pending.content == this && last_pending.length < in_file_ + memory_.size();
        if (phase_ == Phase::arriving && !grew_since) {
            pokes_.push_back(std::move(poke));
            return;
        }
    }
    poke();
}

}  // namespace branchline
