// The appliance's own files: everything below one directory, opened by openat2 beneath it, so that no name, symbolic link or
// device leads out. Regular files only. Safe to use from any thread.
//
// Every open() looks at the file system, so that a file put there is served from the next request on. Files up to
// max_file_in_memory are read once and shared by all transfers while the file on disk stays as it was (device, inode, size,
// times); larger ones are read where asked, by one descriptor for all transfers under way.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/store/content.h"
#include "tftpd/store/file_name.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace branchline {

class FileStore {
public:
    static constexpr std::uint64_t max_file_in_memory = 1u << 20;  ///< bytes
    static constexpr std::uint64_t max_memory = 16u << 20;         ///< bytes, over all files kept in memory

    enum class Miss { not_found, refused, failed };  ///< no such regular file | a link or device on the way | I/O error

    /// A root that does not exist (yet) is not an error: every name is then not found until it does.
    explicit FileStore(std::filesystem::path root);
    ~FileStore();
    FileStore(const FileStore&) = delete;
    FileStore& operator=(const FileStore&) = delete;

    /// The file of that name, matched without regard to case if the exact spelling is not there. What is returned keeps its
    /// bytes even if the file is replaced meanwhile; a large file rewritten in place makes reads fail rather than mix.
    /// A root that cannot be entered counts as empty (said in the log): it must not keep phones from the remote clusters.
    [[nodiscard]] Result<ContentPtr, Miss> open(const FileName& name) const;

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }

private:
    struct Impl;
    std::filesystem::path root_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
