// Identities for tests: one of each kind, made once.
#pragma once

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"
#include "tftpd/tls/server_context.h"

#include <filesystem>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

namespace branchline::test {

using trust::samples::noon;

/// Writes a private file, as an operator should.
inline std::string write_key(const Scratch& scratch, const std::string& name, const std::string& text) {
    auto path = scratch.write(name, text);
    ::chmod(path.c_str(), 0600);
    return path;
}

/// An RSA key and its certificate as an operator's files.
inline KeyFiles rsa_files(const Scratch& scratch) {
    const auto& signer = trust::samples::grown_up();
    return {.certificate = scratch.write("rsa.pem", signer.certificate().pem()),
            .key = write_key(scratch, "rsa.key", signer.key().pem())};
}

inline tls::IdentityPtr opened(const tls::IdentityWish& wish) {
    auto identity = tls::open_identity(wish);
    if (!identity) {
        throw std::runtime_error(identity.error().text);
    }
    return *std::move(identity);
}

/// One that is made: EC.
inline tls::IdentityPtr made(const std::filesystem::path& directory) {
    return opened({.files = {}, .directory = directory, .host_name = "branch-07", .now = noon});
}

inline tls::ServerContextPtr context_of(tls::IdentityPtr identity) {
    auto context = tls::ServerContext::make(std::move(identity));
    if (!context) {
        throw std::runtime_error(context.error().text);
    }
    return *std::move(context);
}

}  // namespace branchline::test
