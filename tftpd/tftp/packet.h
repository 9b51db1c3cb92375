// TFTP packets as bytes and as values (RFC 1350 section 5, RFC 2347). Parsing looks at bytes only and never throws; names and
// options are views into the datagram and live as long as it does.
//
//   RRQ/WRQ  | 1 or 2 | name 0 | mode 0 | option 0 value 0 … |      DATA   | 3 | block | 0..65464 bytes |
//   ACK      | 4 | block |      ERROR | 5 | code | text 0 |         OACK   | 6 | option 0 value 0 … |
#pragma once

#include "tftpd/base/bytes.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace branchline::tftp {

enum class Mode { octet, netascii };

/// ERROR codes of RFC 1350 section 5 and RFC 2347.
enum class ErrorCode : std::uint16_t {
    undefined = 0,
    file_not_found = 1,
    access_violation = 2,
    disk_full = 3,
    illegal_operation = 4,
    unknown_transfer_id = 5,
    file_exists = 6,
    no_such_user = 7,
    option_refused = 8,
};

/// Options in the order they stand in the packet. Names keep the case they came in; compare without regard to it.
using OptionList = std::vector<std::pair<std::string_view, std::string_view>>;

struct Request {
    bool write = false;  ///< WRQ
    std::string_view name;
    Mode mode = Mode::octet;
    OptionList options;
};
struct Data {
    std::uint16_t block = 0;
    ByteView bytes;
};
struct Ack {
    std::uint16_t block = 0;
};
struct ErrorPacket {
    ErrorCode code = ErrorCode::undefined;
    std::string_view text;
};
struct OptionAck {
    OptionList options;
};
/// A request that names a mode other than octet and netascii ("mail" included): answered with ERROR 4, unlike garbage.
struct BadMode {};

using Packet = std::variant<Request, Data, Ack, ErrorPacket, OptionAck, BadMode>;

/// Largest packets and parts that are looked at.
inline constexpr std::size_t max_request_size = 1468;  ///< bytes; RFC 2347 says 512, longer ones with many options are seen
inline constexpr std::size_t max_options = 16;         ///< further options of a request are passed over
inline constexpr std::size_t data_header_size = 4;     ///< bytes before the file's bytes in DATA

/// Parses one datagram. Nothing = garbage, which is not answered. Tolerates what real clients send: an ACK padded with
/// trailing bytes, mode and option names in any case, an ERROR whose text is not ended, an option without its value (dropped).
std::optional<Packet> parse(ByteView datagram);

/// Each writes one packet into `into` and returns its size in bytes. `into` must have room: 4 bytes + the text or bytes given.
std::size_t write_ack(ByteSpan into, std::uint16_t block);
std::size_t write_data_header(ByteSpan into, std::uint16_t block);  ///< the file's bytes follow at data_header_size
std::size_t write_error(ByteSpan into, ErrorCode code, std::string_view text);
std::size_t write_oack(ByteSpan into, const OptionList& options);
std::size_t write_read_request(ByteSpan into, std::string_view name, Mode mode, const OptionList& options);

}  // namespace branchline::tftp
