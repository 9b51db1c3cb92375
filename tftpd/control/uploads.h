// Files on their way in, for tftp-file-add: in pieces over the control socket, or from a path on this machine; kept as they are
// or taken apart as an archive. Everything that waits for the disk happens on a thread of its own, one thing after the other,
// so that no command and no tick of the daemon waits long: whoever asks gets the state as it is after `patience` at the latest,
// and asks again.
//
//   begin() --> receiving --add() …, the last piece--> storing --> stored   (on the disk, under its name; what was acknowledged
//                                                             \--> failed    before "stored" may be lost)
//   begin_from_path() ------------------------------> storing
//
// An upload that nobody continues is forgotten after a minute, and so is what became of one. All of it may be called from one
// thread only.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/store/own_files.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace branchline {

class Uploads {
public:
    static constexpr std::size_t max_open = 8;          ///< not ended yet
    static constexpr std::size_t max_remembered = 64;   ///< with those that have ended
    static constexpr std::size_t max_piece = 1u << 20;  ///< bytes
    static constexpr std::chrono::milliseconds patience{1000};
    static constexpr std::chrono::seconds idle_limit{60};

    struct Wish {
        std::string name;  ///< of the file; with `unpack` the directory to unpack into, "" = the root
        bool unpack = false;
        bool replace = false;
        std::uint64_t size = 0;  ///< bytes that will come
    };
    enum class State { receiving, storing, stored };
    struct Progress {
        std::string id;
        State state = State::receiving;
        std::uint64_t received = 0;  ///< bytes; while storing from a path, those that were read
        std::uint64_t size = 0;
        std::size_t files = 0;    ///< once stored
        std::uint64_t bytes = 0;  ///< of those files
    };
    using Outcome = OwnFiles::Outcome<Progress>;

    Uploads();
    ~Uploads();  ///< ends what is under way; what was not stored is lost
    Uploads(const Uploads&) = delete;
    Uploads& operator=(const Uploads&) = delete;

    /// What lies in `files` from an earlier run is removed first, the first time that a directory is used.
    Outcome begin(std::shared_ptr<OwnFiles> files, Wish wish, std::string first_piece);
    /// A regular file that everybody on this machine may read: the daemon reads nothing for others that they could not read.
    Outcome begin_from_path(std::shared_ptr<OwnFiles> files, Wish wish, const std::string& path);
    /// `offset` must be what was received so far; a piece that was received before is passed over.
    Outcome add(const std::string& id, std::uint64_t offset, std::string piece);
    /// How far it is; waits up to `patience` for something to happen.
    Outcome progress(const std::string& id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
