// branchline-appliance: checks branchline-appliance.conf and writes what the system's programs read; seals and opens backups.
//
//   branchline-appliance check FILE        nothing on standard output; 1 with file:line:column on standard error if it is bad
//   branchline-appliance interfaces FILE   its interfaces, one a line, each followed by its addresses
//   branchline-appliance write FILE DIR    the files of system_files below DIR, mostly /run
//   branchline-appliance tftp FILE         of branchline-tftpd.conf, in a line: the port, then "*", interfaces or addresses
//   branchline-appliance seal PASSPHRASE   standard input sealed, on standard output; PASSPHRASE is a file, its first line
//                                          counts
//   branchline-appliance unseal PASSPHRASE the other way round
//
// FILE "-" stands for a box without configuration. Exit: 0 good, 1 bad configuration, backup or no room, 2 wrong usage.
#include "image/appliance/appliance_reader.h"
#include "image/appliance/sealed.h"
#include "image/appliance/system_files.h"
#include "tftpd/config/config_reader.h"
#include "tftpd/config/json_text.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

using namespace branchline;

int write_files(const Appliance& appliance, const std::filesystem::path& directory) {
    for (const auto& [path, text] : system_files(appliance)) {
        std::filesystem::create_directories((directory / path).parent_path());
        std::ofstream file(directory / path, std::ios::binary);
        file << text;
        file.close();
        if (!file) {
            std::cerr << (directory / path).string() << ": cannot be written: " << std::strerror(errno) << "\n";
            return 1;
        }
    }
    return 0;
}

void print_interfaces(const Appliance& appliance) {
    for (const auto& interface : appliance.interfaces) {
        std::cout << interface.name;
        for (const auto& address : interface.addresses) {
            std::cout << " " << address.text();
        }
        std::cout << "\n";
    }
}

void print_tftp(const Config& config) {
    std::cout << config.tftp_port;
    for (const auto& interface : config.interfaces) {
        std::cout << " " << interface;
    }
    std::cout << "\n";
}

int seal_or_unseal(bool sealing, const char* passphrase_file) {
    std::string passphrase;
    std::ifstream file(passphrase_file);
    std::getline(file, passphrase);
    const std::string given{std::istreambuf_iterator<char>(std::cin), {}};
    const auto made = sealing ? seal(given, passphrase) : unseal(given, passphrase);
    if (!made) {
        std::cerr << made.error().text << "\n";
        return 1;
    }
    std::cout << *made << std::flush;
    return std::cout ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string word = argc > 1 ? argv[1] : "";
    if (argc == 3 && (word == "seal" || word == "unseal")) {
        return seal_or_unseal(word == "seal", argv[2]);
    }
    if (!((word == "check" || word == "interfaces" || word == "tftp") && argc == 3) && !(word == "write" && argc == 4)) {
        std::cerr << "usage: branchline-appliance check FILE | interfaces FILE | write FILE DIR | tftp FILE | seal FILE | "
                     "unseal FILE\n";
        return 2;
    }
    try {
        const std::string file = argv[2];
        if (word == "tftp") {
            print_tftp(*read_config_file(file).config);
            return 0;
        }
        const Appliance appliance = file == "-" ? safe_appliance() : read_appliance(read_json_file(file));
        if (word == "interfaces") {
            print_interfaces(appliance);
        }
        return word == "write" ? write_files(appliance, argv[3]) : 0;
    } catch (const std::exception& error) {  // ConfigError, or a directory that cannot be made
        std::cerr << error.what() << "\n";
        return 1;
    }
}
