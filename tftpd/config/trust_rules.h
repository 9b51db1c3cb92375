// The rules for "trust" and "https-port": where keys and certificates are, and where phones fetch by HTTPS.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/config/map_reader.h"

#include <filesystem>
#include <vector>

namespace branchline {

/// `element` may be null: the defaults. `served` are the directories whose files phones can get; keys must not be among them.
/// Throws ConfigError, at `place` if what is wrong is not in the element.
TrustSettings read_trust(const isc::data::ConstElementPtr& element, const Position& place,
                         const std::vector<std::filesystem::path>& served);

/// "https-port": one port, or a list of two; 0 is none. If the key is missing: 6971 if "trust" names a certificate for it, else
/// none.
std::vector<std::uint16_t> read_https_ports(const MapReader& map);

/// Is `inner` the directory `outer` or something below it, as written?
bool within(const std::filesystem::path& inner, const std::filesystem::path& outer);

}  // namespace branchline
