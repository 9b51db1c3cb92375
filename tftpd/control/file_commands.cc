// tftp-file-*: the appliance's own files, added, listed and deleted while phones are served. docs/commands.md has the protocol
// of an upload in pieces.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/control/uploads.h"
#include "tftpd/log/log.h"

#include "control_messages.h"

#include <ctime>
#include <filesystem>
#include <set>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr std::int64_t largest_size = std::int64_t{1} << 40;  ///< bytes; the quota says less

/// The directory of the configuration of now, and what is on its way into it.
class FileArea {
public:
    explicit FileArea(const CommandTargets& targets) : targets_(targets) { files(); }

    std::shared_ptr<OwnFiles> files() {
        const auto config = targets_.config();
        if (!files_ || root_ != config->files || files_->quota() != config->limits.files_max_size) {
            root_ = config->files;
            files_ = std::make_shared<OwnFiles>(root_, config->limits.files_max_size);
            if (cleaned_.insert(root_).second) {
                files_->forget_staged();
            }
        }
        return files_;
    }

    Uploads uploads;

private:
    const CommandTargets& targets_;
    std::filesystem::path root_;
    std::shared_ptr<OwnFiles> files_;
    std::set<std::filesystem::path> cleaned_;
};

ConstElementPtr refused(const OwnFiles::Refusal& refusal) {
    const auto result = refusal.kind == OwnFiles::Refusal::Kind::in_the_way  ? conflict
                        : refusal.kind == OwnFiles::Refusal::Kind::not_found ? empty
                                                                             : isc::config::CONTROL_RESULT_ERROR;
    return createAnswer(result, refusal.text);
}

std::string piece_of(const Arguments& given) {
    return given.data("data", Uploads::max_piece, " at once; give the \"size\" and send the rest in further pieces")
        .value_or("");
}

ConstElementPtr answer(const Uploads::Outcome& outcome, const std::string& name) {
    if (!outcome) {
        return refused(outcome.error());
    }
    auto arguments = Element::createMap();
    arguments->set("upload", Element::create(outcome->id));
    arguments->set("received", number(outcome->received));
    arguments->set("size", number(outcome->size));
    std::string state = "receiving";
    std::string text = std::to_string(outcome->received) + " of " + std::to_string(outcome->size) + " bytes are here.";
    if (outcome->state == Uploads::State::storing) {
        state = "storing";
        text = "Being stored; ask again with \"upload\" until \"state\" is \"stored\".";
    } else if (outcome->state == Uploads::State::stored) {
        state = "stored";
        text = (name.empty() ? counted(outcome->files, "file", "files") : name) + " stored, " +
               counted(outcome->bytes, "byte", "bytes") + ". Phones get it from now on.";
        arguments->set("files", number(outcome->files));
        arguments->set("bytes", number(outcome->bytes));
    }
    arguments->set("state", Element::create(state));
    return createAnswer(success, text, arguments);
}

ConstElementPtr add_file(FileArea& area, const ConstElementPtr& arguments) {
    const Arguments given("tftp-file-add", arguments,
                          {"name", "data", "size", "path", "replace", "unpack", "upload", "offset"});
    const auto upload = given.text("upload");
    const auto path = given.text("path");
    const bool data = arguments && arguments->contains("data");
    if (upload) {
        if (path || given.text("name")) {
            throw ArgumentError("tftp-file-add: with \"upload\" come \"offset\" and \"data\", or nothing to ask how far it is");
        }
        return data ? answer(area.uploads.add(*upload, static_cast<std::uint64_t>(given.number("offset", 0, largest_size, 0)),
                                              piece_of(given)),
                             "")
                    : answer(area.uploads.progress(*upload), "");
    }
    if (!!path == data) {
        throw ArgumentError("tftp-file-add needs \"data\" (base64) or \"path\" (a file on this machine), and not both");
    }
    Uploads::Wish wish;
    wish.unpack = given.flag("unpack");
    wish.replace = given.flag("replace");
    wish.name = given.text("name").value_or("");
    if (wish.name.empty() && !wish.unpack) {
        wish.name = path ? std::filesystem::path(*path).filename().string() : given.needed_text("name");
    }
    const auto shown = wish.unpack ? std::string() : wish.name;
    if (path) {
        return answer(area.uploads.begin_from_path(area.files(), wish, *path), shown);
    }
    auto piece = piece_of(given);
    wish.size = static_cast<std::uint64_t>(
        given.number("size", static_cast<std::int64_t>(piece.size()), largest_size, static_cast<std::int64_t>(piece.size())));
    return answer(area.uploads.begin(area.files(), wish, std::move(piece)), shown);
}

std::string when(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    std::array<char, 32> text{};
    return ::gmtime_r(&time, &parts) != nullptr && std::strftime(text.data(), text.size(), "%FT%TZ", &parts) != 0 ? text.data()
                                                                                                                  : "";
}

ConstElementPtr list_files(FileArea& area, const ConstElementPtr& arguments) {
    const Arguments given("tftp-file-list", arguments, {"directory", "limit"});
    const auto limit = static_cast<std::size_t>(given.number("limit", 1, most_listed, default_listed));
    const auto files = area.files();
    const auto listing = files->list(given.text("directory").value_or(""));
    if (!listing) {
        return refused(listing.error());
    }
    auto list = Element::createList();
    for (std::size_t i = 0; i < listing->files.size() && i < limit; ++i) {
        const auto& file = listing->files[i];
        auto one = Element::createMap();
        one->set("name", Element::create(file.name));
        one->set("size", number(file.size));
        one->set("modified", Element::create(when(file.modified)));
        list->add(one);
    }
    auto answered = Element::createMap();
    answered->set("files", list);
    answered->set("count", number(listing->files.size()));
    answered->set("size", number(listing->bytes));
    answered->set("room", number(files->room()));
    const auto count = listing->files.size();
    return createAnswer(
        count == 0 ? empty : success,
        counted(count, "file", "files") + (count <= limit ? "." : ", of which the first are listed; see \"limit\"."), answered);
}

ConstElementPtr delete_file(FileArea& area, const ConstElementPtr& arguments) {
    const Arguments given("tftp-file-del", arguments, {"name", "recursive"});
    const auto name = given.needed_text("name");
    const auto removed = area.files()->remove(name, given.flag("recursive"));
    if (!removed) {
        return refused(removed.error());
    }
    LOG_INFO(app_logger, FILE_DELETED).arg(escaped(name)).arg(*removed);
    auto answered = Element::createMap();
    answered->set("deleted", number(*removed));
    return createAnswer(success, counted(*removed, "file", "files") + " deleted. Phones are answered without from now on.",
                        answered);
}

}  // namespace

CommandList file_commands(const CommandTargets& targets) {
    const auto area = std::make_shared<FileArea>(targets);
    return {
        {"tftp-file-add", [area](const ConstElementPtr& arguments) { return add_file(*area, arguments); }},
        {"tftp-file-list", [area](const ConstElementPtr& arguments) { return list_files(*area, arguments); }},
        {"tftp-file-del", [area](const ConstElementPtr& arguments) { return delete_file(*area, arguments); }},
    };
}

}  // namespace branchline
