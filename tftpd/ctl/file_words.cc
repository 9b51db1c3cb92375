// "branchlinectl file …", the appliance's own files; "cache …" and "prewarm", those of remote clusters.
#include "tftpd/ctl/command_line.h"
#include "tftpd/ctl/long_work.h"
#include "tftpd/ctl/tables.h"

#include <memory>
#include <vector>

namespace branchline {
namespace {

using isc::data::Element;

void add_own_files(CommandLine& line) {
    struct Given {
        std::string file;
        std::string name;
        bool replace = false;
        bool unpack = false;
        bool recursive = false;
    };
    auto& file = line.group("file", "the appliance's own files");
    const auto given = std::make_shared<Given>();
    auto* list = file.add_subcommand("list", "what is there");
    list->add_option("DIRECTORY", given->name, "only what is below it");
    list->callback([&line, given] {
        line.request.ask("tftp-file-list", file_table);
        line.request.text_argument("directory", given->name);
    });
    auto* add = file.add_subcommand("add", "send one; phones get it from then on");
    add->add_option("FILE", given->file, "a file, or with --unpack an archive, on this machine")->required();
    add->add_option("--name", given->name, "what phones call it; with --unpack the directory to unpack into");
    add->add_flag("--replace", given->replace, "take the place of a file of that name");
    add->add_flag("--unpack", given->unpack, "a zip, tar, tar.gz, tar.bz2, tar.xz or tar.zst: store the files in it");
    add->callback([&line, given] {
        line.instead = [&line, given] {
            line.request.ask("tftp-file-add");
            const auto base = given->file.substr(given->file.rfind('/') + 1);
            line.request.text_argument("name", given->name.empty() && !given->unpack ? base : given->name);
            line.request.flag_argument("replace", given->replace);
            line.request.flag_argument("unpack", given->unpack);
            return add_file(line.request, given->file);
        };
    });
    auto* del = file.add_subcommand("del", "delete one");
    del->add_option("NAME", given->name, "which")->required();
    del->add_flag("--recursive", given->recursive, "a directory, with all files in it");
    del->callback([&line, given] {
        line.request.ask("tftp-file-del");
        line.request.text_argument("name", given->name);
        line.request.flag_argument("recursive", given->recursive);
    });
}

/// Which of the copies.
struct Selection {
    std::string name;
    std::string cluster;
    std::string phone;
    bool all = false;

    void add_to(CLI::App& word) {
        word.add_option("NAME", name, "a file's name");
        word.add_option("--cluster", cluster, "those of this cluster");
        word.add_option("--phone", phone, "those of this phone: a MAC address or device name");
    }
    void put_into(Request& request) const {
        request.text_argument("name", name);
        request.text_argument("cluster", cluster);
        request.text_argument("phone", phone);
        request.flag_argument("all", all);
    }
};

void add_cache(CommandLine& line) {
    auto& cache = line.group("cache", "the files kept from remote clusters");
    const auto given = std::make_shared<Selection>();
    auto* list = cache.add_subcommand("list", "what is kept");
    given->add_to(*list);
    auto* get = cache.add_subcommand("get", "the copies of one name");
    get->add_option("NAME", given->name, "the file's name")->required();
    get->add_option("--cluster", given->cluster, "that of this cluster");
    for (const auto& [word, command] : {std::pair{list, "tftp-cache-list"}, std::pair{get, "tftp-cache-get"}}) {
        word->callback([&line, given, command] {
            line.request.ask(command, cache_table);
            given->put_into(line.request);
        });
    }
    auto* flush = cache.add_subcommand("flush", "forget files, so that they are fetched anew");
    given->add_to(*flush);
    flush->add_flag("--all", given->all, "everything");
    flush->callback([&line, given] {
        line.request.ask("tftp-cache-flush");
        given->put_into(line.request);
        if (!line.request.arguments) {
            throw CLI::ValidationError("cache flush", "say what: NAME, --cluster, --phone or --all");
        }
    });
}

void add_prewarm(CommandLine& line) {
    auto* prewarm = line.app.add_subcommand("prewarm", "fetch files before phones ask; a .loads file brings its members");
    const auto given = std::make_shared<std::vector<std::string>>();
    prewarm->add_option("NAME", *given, "the files' names")->required();
    prewarm->callback([&line, given] {
        auto names = Element::createList();
        for (const auto& name : *given) {
            names->add(Element::create(name));
        }
        line.request.ask("tftp-prewarm", prewarm_table);
        line.request.argument("names", names);
        line.instead = [&line] { return prewarm_files(line.request); };
    });
}

}  // namespace

void add_file_words(CommandLine& line) {
    add_own_files(line);
    add_cache(line);
    add_prewarm(line);
}

}  // namespace branchline
