// "branchlinectl trust …": signatures, trust lists and certificates, others' and this box's own.
#include "tftpd/ctl/certificate_words.h"
#include "tftpd/ctl/command_line.h"
#include "tftpd/ctl/own_trust_words.h"
#include "tftpd/ctl/trust_show.h"

#include <memory>

namespace branchline {
namespace {

void add_certificates(CommandLine& line, CLI::App& trust) {
    struct Given {
        std::string store;
        std::string file;
        std::string cluster;
        std::string fingerprint;

        void select(Request& request) const {
            request.text_argument("store", store);
            request.text_argument("cluster-id", cluster);
        }
    };
    const auto given = std::make_shared<Given>();
    auto* import = trust.add_subcommand("import", "take others' certificates into a store");
    import->add_option("STORE", given->store, "callmanager, phone-sast, tvs, capf or phone-edge")->required();
    import->add_option("FILE", given->file, "PEM with any number of them, or one in DER")->required();
    import->add_option("--cluster", given->cluster, "they are this cluster's");
    import->callback([&line, given] {
        line.request.ask("tftp-trust-import");
        given->select(line.request);
        line.instead = [&line, given] { return import_certificates(line.request, given->file); };
    });
    auto* list = trust.add_subcommand("list", "others' certificates, and when they end");
    list->add_option("STORE", given->store, "those of this store");
    list->add_option("--cluster", given->cluster, "those of this cluster");
    list->callback([&line, given] {
        line.request.ask("tftp-trust-list", certificate_table);
        given->select(line.request);
    });
    auto* del = trust.add_subcommand("del", "delete one");
    del->add_option("FINGERPRINT", given->fingerprint, "the first digits of its SHA-256 fingerprint, at least 8")->required();
    del->add_option("--store", given->store, "out of this store alone");
    del->add_option("--cluster", given->cluster, "that of this cluster alone");
    del->callback([&line, given] {
        line.request.ask("tftp-trust-del");
        line.request.text_argument("fingerprint", given->fingerprint);
        given->select(line.request);
    });
}

void add_own(CommandLine& line, CLI::App& trust) {
    struct Given {
        std::string name;
        std::string host;
        std::string address;
        std::string version;
        std::string file;
        bool der = false;
    };
    const auto given = std::make_shared<Given>();
    auto* build = trust.add_subcommand("build", "make the trust list that phones of this site get, and sign it");
    build->add_option("LIST", given->name, "itl or ctl")->required();
    build->add_option("--as", given->host, "this box's name or address in it; without it the host name");
    build->add_option("--address", given->address, "this box's IPv4 address in it");
    build->add_option("--list-version", given->version, "1.0, or 1.1 for phones that are to fetch by HTTPS");
    build->callback([&line, given] {
        line.request.ask("tftp-trust-build", own_list_text);
        line.request.text_argument("list", given->name);
        line.request.text_argument("host", given->host);
        line.request.text_argument("address", given->address);
        line.request.text_argument("version", given->version);
    });
    auto* to_others = trust.add_subcommand("export", "this box's signing certificate, and what the other side does with it");
    to_others->add_option("FILE", given->file, "where to write it")->required();
    to_others->add_flag("--der", given->der, "in DER instead of PEM");
    to_others->callback([&line, given] {
        line.instead = [&line, given] {
            line.request.ask("tftp-trust-export");
            return export_certificate(line.request, given->file, given->der);
        };
    });
    auto* check =
        trust.add_subcommand("check", "which files a phone will take, who signs them, and what to do about the others");
    check->add_option("PHONE|CLUSTER", given->name, "a phone's MAC address or name, or a cluster-id")->required();
    check->callback([&line, given] {
        line.request.ask("tftp-trust-check", trust_check_text);
        line.request.text_argument(names_a_phone(given->name) ? "phone" : "cluster-id", given->name);
    });
    auto* drop = trust.add_subcommand("drop", "give it out no more");
    drop->add_option("LIST", given->name, "itl or ctl")->required();
    drop->callback([&line, given] {
        line.request.ask("tftp-trust-drop");
        line.request.text_argument("list", given->name);
    });
}

}  // namespace

void add_trust_words(CommandLine& line) {
    auto& trust = line.group("trust", "signatures, trust lists and certificates");
    const auto file = std::make_shared<std::string>();
    auto* show = trust.add_subcommand("show", "a trust list (ITL, CTL) or a signed file, and whether its signature holds");
    show->add_option("FILE", *file, "the file")->required();
    show->callback([&line, file] { line.instead = [&line, file] { return show_trust_file(*file, line.request.json); }; });
    add_certificates(line, trust);
    add_own(line, trust);
    const auto pem = std::make_shared<bool>(false);
    auto* https = trust.add_subcommand("https", "the certificate that this machine shows to those who connect by TLS");
    https->add_flag("--pem", *pem, "as PEM, to be imported elsewhere");
    https->callback([&line, pem] { line.request.ask("tftp-trust-https", *pem ? identity_pem : identity_text); });
}

}  // namespace branchline
