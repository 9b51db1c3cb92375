#include "tftpd/trust/own_lists.h"

#include "tftpd/base/replace_file.h"
#include "tftpd/trust/key_files.h"

#include <optional>
#include <utility>

namespace branchline::trust {
namespace {

constexpr mode_t list_file_mode = 0644;  // every phone gets it

std::size_t index_of(ListKind kind) {
    return static_cast<std::size_t>(kind);
}

// Why the file is none that phones should be given; empty if it is.
std::string fault_of(ByteView file, ListKind kind) {
    const auto list = TrustList::parse(file);
    if (!list) {
        return list.error().text;
    }
    if (list->header.file_name != file_name_of(kind)) {
        return "it was signed as " + escaped(list->header.file_name);
    }
    const auto signer = list->signer();
    return signer ? "" : signer.error().text;
}

}  // namespace

OwnLists::OwnLists(std::filesystem::path directory) : directory_(std::move(directory)) {
    for (const auto kind : list_kinds) {
        auto& fault = fault_of_[index_of(kind)];
        auto bytes = read_whole_file(path_of(kind), ListWish::max_file);
        if (!bytes) {
            fault = bytes.error().text;
        } else if (*bytes) {
            fault = fault_of(**bytes, kind);
            fault = fault.empty() ? "" : path_of(kind).string() + ": " + fault;
            files_[index_of(kind)] = fault.empty() ? std::make_shared<const Bytes>(**std::move(bytes)) : nullptr;
        }
        if (!fault.empty()) {
            faults_.push_back(fault);
        }
    }
}

std::filesystem::path OwnLists::path_of(ListKind kind) const {
    return directory_ / file_name_of(kind);
}

ListFile OwnLists::file(ListKind kind) const {
    const std::lock_guard lock(reading_);
    return files_[index_of(kind)];
}

Result<bool> OwnLists::replace(ListKind kind, Bytes file) {
    const std::lock_guard lock(changing_);
    if (const auto& fault = fault_of_[index_of(kind)]; !fault.empty()) {
        return Failure{"the list in force could not be read when the daemon started (" + fault +
                       "), so nobody knows which phones would take another; mend or remove that file and restart the daemon"};
    }
    if (auto fault = fault_of(file, kind); !fault.empty()) {
        return Failure{std::move(fault)};
    }
    if (const auto present = this->file(kind)) {
        if (auto good = check_change(*TrustList::parse(*present), *TrustList::parse(file)); !good) {
            return good;
        }
    }
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (auto written = replace_file(path_of(kind), as_text(file), list_file_mode); !written) {
        return written;
    }
    const std::lock_guard reading(reading_);
    files_[index_of(kind)] = std::make_shared<const Bytes>(std::move(file));
    return true;
}

Result<bool> OwnLists::remove(ListKind kind) {
    const std::lock_guard lock(changing_);
    std::error_code error;
    const bool was_there = std::filesystem::remove(path_of(kind), error);
    if (error) {
        return Failure{path_of(kind).string() + ": " + error.message()};
    }
    fault_of_[index_of(kind)].clear();
    const std::lock_guard reading(reading_);
    files_[index_of(kind)] = nullptr;
    return was_there;
}

}  // namespace branchline::trust
