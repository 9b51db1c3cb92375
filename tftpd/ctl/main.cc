// branchlinectl: the operator's command line. Each word is one command over the daemon's control socket and a way to show its
// answer. docs/man/branchlinectl.1 and the completions beside this file name the same words; a test holds them together.
#include "tftpd/client/daemon_client.h"
#include "tftpd/ctl/certificate_words.h"
#include "tftpd/ctl/console_words.h"
#include "tftpd/ctl/exchange_words.h"
#include "tftpd/ctl/long_work.h"
#include "tftpd/ctl/own_trust_words.h"
#include "tftpd/ctl/phone_tables.h"
#include "tftpd/ctl/request.h"
#include "tftpd/ctl/system_words.h"
#include "tftpd/ctl/tables.h"
#include "tftpd/ctl/trust_show.h"

#include <CLI/CLI.hpp>
#include <exceptions/exceptions.h>

#include <unistd.h>

#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

using branchline::Request;
using isc::data::ConstElementPtr;
using isc::data::Element;

using Show = std::function<std::string(const ConstElementPtr& arguments)>;

// The daemon's own check tells file, line and column, and needs no running daemon.
int test_file(const std::string& file) {
    ::execlp("branchline-tftpd", "branchline-tftpd", "-t", file.c_str(), nullptr);
    ::execl("/usr/sbin/branchline-tftpd", "branchline-tftpd", "-t", file.c_str(), nullptr);
    std::cerr << "branchlinectl: cannot start branchline-tftpd to check the file; is it in PATH or in /usr/sbin?\n";
    return branchline::exit_failed;
}

std::string raw(const ConstElementPtr& arguments) {
    return isc::data::prettyPrint(arguments, 0, 4) + '\n';
}

std::string version_text(const ConstElementPtr& arguments) {
    const auto extended = arguments->get("extended");
    return (extended ? extended->stringValue() : "-") + '\n';
}

/// The words and what they ask for.
class Words {
public:
    Words() {
        request_.socket = branchline::default_socket();
        app_.add_option("--socket", request_.socket, "the daemon's control socket")->capture_default_str();
        app_.add_flag("--json", request_.json, "print the answer as JSON");
        app_.set_help_all_flag("--help-all", "every word and its options");
        app_.require_subcommand(1);
        app_.fallthrough();
        simple("status", "is it running, is it serving", "status-get", branchline::status_text);
        add_statistics();
        simple("version", "the running daemon's version", "version-get", version_text);
        simple("reload", "take the configuration file anew", "config-reload");
        simple("config-get", "the running configuration", "config-get", branchline::configuration_text);
        simple("stop", "stop the daemon in order", "shutdown");
        simple("build-report", "what the running daemon was built with", "build-report");
        add_config_files();
        add_clusters();
        add_cache();
        add_files();
        add_service();
        add_trust();
        branchline::add_exchange_words(app_, request_, instead_);
        add_phones();
        auto* prewarm = app_.add_subcommand("prewarm", "fetch files before phones ask; a .loads file brings its members");
        prewarm->add_option("NAME", names_, "the files' names")->required();
        prewarm->callback([this] {
            auto names = Element::createList();
            for (const auto& name : names_) {
                names->add(Element::create(name));
            }
            request_.ask("tftp-prewarm", branchline::prewarm_table);
            request_.argument("names", names);
            instead_ = [this] { return branchline::prewarm_files(request_); };
        });
        auto* scope = app_.add_subcommand("scope", "the DHCP servers' scopes");
        scope->require_subcommand(1);
        simple("list", "each with its pools, the TFTP servers that phones are told, and options", "dhcp-scope-list",
               branchline::scope_table, scope);
        add_console();
        add_system();
        add_send();
    }

    int run(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? branchline::exit_done : branchline::exit_wrong_usage;
        }
        if (instead_) {
            return instead_();
        }
        return branchline::send(request_);
    }

private:
    CLI::App* simple(const std::string& word, const std::string& help, const std::string& command, const Show& show = {},
                     CLI::App* under = nullptr) {
        auto* added = (under != nullptr ? under : &app_)->add_subcommand(word, help);
        added->callback([this, command, show] { request_.ask(command, show); });
        return added;
    }

    void add_statistics() {
        auto* statistics = app_.add_subcommand("statistics", "everything that is counted, or one of it");
        statistics->add_option("NAME", name_, "such as http-requests");
        statistics->add_flag("--reset", reset_, "set to zero");
        statistics->callback([this] {
            request_.ask(std::string(reset_ ? "statistic-reset" : "statistic-get") + (name_.empty() ? "-all" : ""),
                         branchline::statistics_table);
            request_.text_argument("name", name_);
        });
    }

    void add_config_files() {
        auto* write = app_.add_subcommand("config-write", "write the running configuration to its file");
        write->add_option("FILE", file_, "another name in the same directory");
        write->callback([this] {
            request_.ask("config-write");
            request_.text_argument("filename", file_);
        });
        auto* test = app_.add_subcommand("config-test", "check a configuration file without taking it");
        test->add_option("FILE", file_, "the file")->required();
        test->callback([this] { instead_ = [this] { return test_file(file_); }; });
    }

    void add_clusters() {
        auto* cluster = app_.add_subcommand("cluster", "the remote clusters");
        cluster->require_subcommand(1);
        simple("list", "all of them and their servers", "tftp-cluster-list", branchline::cluster_table, cluster);
        cluster_word(*cluster, "get", "one of them", "tftp-cluster-get", branchline::cluster_text);
        auto* add = cluster_word(*cluster, "add", "a new one, in force at once", "tftp-cluster-add");
        add_cluster_options(*add);
        add->needs(add->get_option("--server"));
        add_cluster_options(*cluster_word(*cluster, "update", "change what is named, keep the rest", "tftp-cluster-update"));
        cluster_word(*cluster, "del", "take it out, and its files out of the cache", "tftp-cluster-del");
        auto* refresh = cluster->add_subcommand("refresh", "look up the servers of clusters that are learned from the DNS");
        refresh->add_option("CLUSTER-ID", name_, "one of them");
        refresh->callback([this] {
            request_.ask("tftp-cluster-refresh");
            request_.text_argument("cluster-id", name_);
        });
    }

    CLI::App* cluster_word(CLI::App& under, const std::string& word, const std::string& help, const std::string& command,
                           const Show& show = {}) {
        auto* added = under.add_subcommand(word, help);
        added->add_option("CLUSTER-ID", name_, "which")->required();
        added->callback([this, command, show] {
            request_.ask(command, show);
            request_.text_argument("cluster-id", name_);
            add_cluster_arguments();
        });
        return added;
    }

    void add_cluster_options(CLI::App& word) {
        word.add_option("--server", servers_, "a TFTP server's address; again for the second and third")
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        word.add_option("--fqdn", fqdn_, "its name");
        word.add_option("--description", description_, "a word about it");
        word.add_option("--transport", transport_, "auto, http or tftp");
        word.add_option("--before", before_, "the cluster that it comes before");
        word.add_option("--set", settings_, "KEY=JSON: any other key of a cluster")
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }

    void add_cluster_arguments() {
        if (!servers_.empty()) {
            auto list = Element::createList();
            for (const auto& server : servers_) {
                list->add(Element::create(server));
            }
            request_.argument("tftp-servers", list);
        }
        request_.text_argument("fqdn", fqdn_);
        request_.text_argument("description", description_);
        request_.text_argument("transport", transport_);
        request_.text_argument("before", before_);
        for (const auto& setting : settings_) {
            const auto equals = setting.find('=');
            if (equals == std::string::npos || equals == 0) {
                throw CLI::ValidationError("--set", "say KEY=JSON, such as secure=false");
            }
            request_.argument(setting.substr(0, equals), json_of("--set", setting.substr(equals + 1)));
        }
    }

    static isc::data::ElementPtr json_of(const char* option, const std::string& text) {
        try {
            return Element::fromJSON(text);
        } catch (const std::exception& error) {  // Kea's parser lets Boost's own go for a number such as 1-2.
            throw CLI::ValidationError(option, std::string("no JSON: ") + error.what());
        }
    }

    void add_files() {
        auto* file = app_.add_subcommand("file", "the appliance's own files");
        file->require_subcommand(1);
        auto* list = file->add_subcommand("list", "what is there");
        list->add_option("DIRECTORY", name_, "only what is below it");
        list->callback([this] {
            request_.ask("tftp-file-list", branchline::file_table);
            request_.text_argument("directory", name_);
        });
        auto* add = file->add_subcommand("add", "send one; phones get it from then on");
        add->add_option("FILE", file_, "a file, or with --unpack an archive, on this machine")->required();
        add->add_option("--name", name_, "what phones call it; with --unpack the directory to unpack into");
        add->add_flag("--replace", replace_, "take the place of a file of that name");
        add->add_flag("--unpack", unpack_, "a zip, tar, tar.gz, tar.bz2, tar.xz or tar.zst: store the files in it");
        add->callback([this] {
            instead_ = [this] {
                request_.ask("tftp-file-add");
                const auto base = file_.substr(file_.rfind('/') + 1);
                request_.text_argument("name", name_.empty() && !unpack_ ? base : name_);
                request_.flag_argument("replace", replace_);
                request_.flag_argument("unpack", unpack_);
                return branchline::add_file(request_, file_);
            };
        });
        auto* del = file->add_subcommand("del", "delete one");
        del->add_option("NAME", name_, "which")->required();
        del->add_flag("--recursive", recursive_, "a directory, with all files in it");
        del->callback([this] {
            request_.ask("tftp-file-del");
            request_.text_argument("name", name_);
            request_.flag_argument("recursive", recursive_);
        });
    }

    void add_service() {
        auto* service = app_.add_subcommand("service", "serving phones, while the daemon runs on");
        service->require_subcommand(1);
        simple("status", "is it serving, why not, and the transfers under way", "tftp-service-status", branchline::service_text,
               service);
        simple("start", "serve again", "tftp-service-start", {}, service);
        auto* stop = service->add_subcommand("stop", "take no new requests, and wait for those under way");
        stop->add_option("--timeout", timeout_, "seconds that those under way may take; then they are cut off")
            ->check(CLI::Range(0, 3600))
            ->capture_default_str();
        stop->add_flag("--no-wait", no_wait_, "return at once");
        stop->callback([this] {
            request_.ask("tftp-service-stop");
            request_.argument("timeout", Element::create(timeout_));
            if (!no_wait_) {
                instead_ = [this] { return branchline::stop_service(request_); };
            }
        });
    }

    void add_cache() {
        auto* cache = app_.add_subcommand("cache", "the files kept from remote clusters");
        cache->require_subcommand(1);
        auto* list = cache->add_subcommand("list", "what is kept");
        add_selection(*list);
        list->callback([this] {
            request_.ask("tftp-cache-list", branchline::cache_table);
            select();
        });
        auto* get = cache->add_subcommand("get", "the copies of one name");
        get->add_option("NAME", name_, "the file's name")->required();
        get->add_option("--cluster", cluster_, "that of this cluster");
        get->callback([this] {
            request_.ask("tftp-cache-get", branchline::cache_table);
            select();
        });
        auto* flush = cache->add_subcommand("flush", "forget files, so that they are fetched anew");
        add_selection(*flush);
        flush->add_flag("--all", all_, "everything");
        flush->callback([this] {
            request_.ask("tftp-cache-flush");
            select();
            if (all_) {
                request_.argument("all", Element::create(true));
            }
            if (!request_.arguments) {
                throw CLI::ValidationError("cache flush", "say what: NAME, --cluster, --phone or --all");
            }
        });
    }

    void add_phones() {
        auto* phone = app_.add_subcommand("phone", "the phones, and why one does not come up");
        phone->require_subcommand(1);
        auto* list = phone->add_subcommand("list", "all of them with their verdicts, those heard of last first");
        list->add_flag("--problems", problems_, "only those with something wrong");
        list->add_option("--verdict", verdict_, "only those with this verdict, such as no-servers");
        list->add_option("--model", model_, "only models with this in their name");
        list->add_option("--subnet-id", subnet_, "only those of this subnet of Kea's");
        list->add_option("--limit", limit_, "at most so many");
        list->add_flag("--all", all_, "hosts that are no phones, too");
        list->add_flag("--csv", csv_, "as CSV");
        list->callback([this] {
            request_.ask("tftp-phone-list", csv_ ? branchline::phone_csv : branchline::phone_table);
            request_.text_argument("verdict", verdict_);
            request_.text_argument("model", model_);
            for (const auto& [name, value] : {std::pair{"subnet-id", subnet_}, std::pair{"limit", limit_}}) {
                if (value != 0) {
                    request_.argument(name, Element::create(value));
                }
            }
            for (const auto& [name, value] : {std::pair{"problems", problems_}, std::pair{"all", all_}}) {
                if (value) {
                    request_.argument(name, Element::create(true));
                }
            }
        });
        add_one_phone(*phone, "show", "its last boots: DHCP and each file", "tftp-phone-get", branchline::phone_text);
        add_one_phone(*phone, "explain", "what is wrong with it, and what to do", "tftp-phone-explain", {});
    }

    void add_one_phone(CLI::App& under, const char* word, const char* help, const char* command, const Show& show) {
        auto* added = under.add_subcommand(word, help);
        added->add_option("PHONE", phone_, "a MAC address or device name")->required();
        added->callback([this, command, show] {
            request_.ask(command, show);
            request_.text_argument("phone", phone_);
        });
    }

    void add_selection(CLI::App& word) {
        word.add_option("NAME", name_, "a file's name");
        word.add_option("--cluster", cluster_, "those of this cluster");
        word.add_option("--phone", phone_, "those of this phone: a MAC address or device name");
    }

    void select() {
        request_.text_argument("name", name_);
        request_.text_argument("cluster", cluster_);
        request_.text_argument("phone", phone_);
    }

    void add_trust() {
        auto* trust = app_.add_subcommand("trust", "signatures, trust lists and certificates");
        trust->require_subcommand(1);
        auto* show = trust->add_subcommand("show", "a trust list (ITL, CTL) or a signed file, and whether its signature holds");
        show->add_option("FILE", file_, "the file")->required();
        show->callback([this] { instead_ = [this] { return branchline::show_trust_file(file_, request_.json); }; });
        add_certificates(*trust);
        add_own_lists(*trust);
        auto* https = trust->add_subcommand("https", "the certificate that this machine shows to those who connect by TLS");
        https->add_flag("--pem", pem_, "as PEM, to be imported elsewhere");
        https->callback(
            [this] { request_.ask("tftp-trust-https", pem_ ? branchline::identity_pem : branchline::identity_text); });
    }

    void add_own_lists(CLI::App& trust) {
        auto* build = trust.add_subcommand("build", "make the trust list that phones of this site get, and sign it");
        build->add_option("LIST", name_, "itl or ctl")->required();
        build->add_option("--as", as_, "this box's name or address in it; without it the host name");
        build->add_option("--address", address_, "this box's IPv4 address in it");
        build->add_option("--list-version", version_, "1.0, or 1.1 for phones that are to fetch by HTTPS");
        build->callback([this] {
            request_.ask("tftp-trust-build", branchline::own_list_text);
            request_.text_argument("list", name_);
            request_.text_argument("host", as_);
            request_.text_argument("address", address_);
            request_.text_argument("version", version_);
        });
        auto* to_others =
            trust.add_subcommand("export", "this box's signing certificate, and what the other side does with it");
        to_others->add_option("FILE", file_, "where to write it")->required();
        to_others->add_flag("--der", der_, "in DER instead of PEM");
        to_others->callback([this] {
            instead_ = [this] {
                request_.ask("tftp-trust-export");
                return branchline::export_certificate(request_, file_, der_);
            };
        });
        auto* check =
            trust.add_subcommand("check", "which files a phone will take, who signs them, and what to do about the others");
        check->add_option("PHONE|CLUSTER", name_, "a phone's MAC address or name, or a cluster-id")->required();
        check->callback([this] {
            request_.ask("tftp-trust-check", branchline::trust_check_text);
            request_.text_argument(branchline::names_a_phone(name_) ? "phone" : "cluster-id", name_);
        });
        auto* drop = trust.add_subcommand("drop", "give it out no more");
        drop->add_option("LIST", name_, "itl or ctl")->required();
        drop->callback([this] {
            request_.ask("tftp-trust-drop");
            request_.text_argument("list", name_);
        });
    }

    void add_certificates(CLI::App& trust) {
        auto* import = trust.add_subcommand("import", "take others' certificates into a store");
        import->add_option("STORE", store_, "callmanager, phone-sast, tvs, capf or phone-edge")->required();
        import->add_option("FILE", file_, "PEM with any number of them, or one in DER")->required();
        import->add_option("--cluster", cluster_, "they are this cluster's");
        import->callback([this] {
            request_.ask("tftp-trust-import");
            select_certificates();
            instead_ = [this] { return branchline::import_certificates(request_, file_); };
        });
        auto* list = trust.add_subcommand("list", "others' certificates, and when they end");
        list->add_option("STORE", store_, "those of this store");
        list->add_option("--cluster", cluster_, "those of this cluster");
        list->callback([this] {
            request_.ask("tftp-trust-list", branchline::certificate_table);
            select_certificates();
        });
        auto* del = trust.add_subcommand("del", "delete one");
        del->add_option("FINGERPRINT", name_, "the first digits of its SHA-256 fingerprint, at least 8")->required();
        del->add_option("--store", store_, "out of this store alone");
        del->add_option("--cluster", cluster_, "that of this cluster alone");
        del->callback([this] {
            request_.ask("tftp-trust-del");
            request_.text_argument("fingerprint", name_);
            select_certificates();
        });
    }

    void select_certificates() {
        request_.text_argument("store", store_);
        request_.text_argument("cluster-id", cluster_);
    }

    void add_console() {
        auto* console = app_.add_subcommand("console", "the web console");
        console->require_subcommand(1);
        auto* password = console->add_subcommand("password", "set one: the first, or a new one when it was forgotten");
        password->add_option("USER", name_, "operator, or viewer");
        password->callback([this] {
            request_.ask("console-password-set");
            request_.text_argument("user", name_);
            instead_ = [this] { return branchline::set_console_password(request_); };
        });
    }

    void add_system() {
        auto* system = app_.add_subcommand("system", "the appliance itself: state, updates, configuration, backup");
        system->require_subcommand(1);
        system->add_option("--host", host_, "not this box but that one, by SSH");
        for (const auto& [word, help] : branchline::system_words) {
            auto* added = system->add_subcommand(word, help);
            if (std::string(word) == "configure") {
                added->add_option("--seconds", seconds_, "how long a trial takes before the old configuration comes back")
                    ->check(CLI::Range(30, 3600));
            }
            added->callback([this, word] {
                instead_ = [this, word] {
                    return branchline::run_system_command(branchline::system_command(host_, word, seconds_));
                };
            });
        }
    }

    void add_send() {
        auto* send = app_.add_subcommand("send", "any command, as it is");
        send->add_option("COMMAND", name_, "such as list-commands")->required();
        send->add_option("ARGUMENTS", json_arguments_, "a JSON map");
        send->callback([this] {
            request_.ask(name_, raw);
            if (json_arguments_.empty()) {
                return;
            }
            request_.arguments = json_of("ARGUMENTS", json_arguments_);
        });
    }

    CLI::App app_{"branchlinectl asks the running branchline-tftpd, and tells it what to do.", "branchlinectl"};
    Request request_;
    std::function<int()> instead_;  ///< what is done instead of one question and its answer
    std::string file_;
    std::string name_;
    std::vector<std::string> names_;  // to prewarm
    std::string cluster_;
    std::string store_;
    std::string as_;
    std::string address_;
    std::string version_;
    bool der_ = false;
    std::string phone_;
    std::string json_arguments_;
    std::vector<std::string> servers_;
    std::string fqdn_;
    std::string description_;
    std::string transport_;
    std::string before_;
    std::vector<std::string> settings_;
    std::int64_t timeout_ = 30;
    std::string host_;
    int seconds_ = 0;
    bool all_ = false;
    bool reset_ = false;
    bool replace_ = false;
    bool unpack_ = false;
    bool recursive_ = false;
    bool no_wait_ = false;
    std::string verdict_;
    std::string model_;
    std::int64_t subnet_ = 0;
    std::int64_t limit_ = 0;
    bool problems_ = false;
    bool csv_ = false;
    bool pem_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    Words words;
    return words.run(argc, argv);
}
