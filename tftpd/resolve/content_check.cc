#include "tftpd/resolve/content_check.h"

#include "tftpd/trust/signed_file.h"

#include <string_view>

namespace branchline {
namespace {

constexpr std::string_view blank{" \t\r\n\0", 5};  // some provisioning tools pad files with NUL
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    const auto first = text.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

bool is_html(std::string_view text) {
    const std::string start = to_key(text.substr(0, 16));
    return start.starts_with("<!doctype html") || start.starts_with("<html");
}

/// Where a signed file's header ends, and each record of a trust list, is said in front of it. Whoever made the file may have
/// arranged what is in them in another way than we would.
std::optional<std::string> objection_to_signed(const FileName& name, ByteView content) {
    constexpr std::size_t header_length_at = 8;
    constexpr std::size_t record_opening = 5;  // RECORDLENGTH: 01 0002 <2>, of the whole record
    if (!trust::looks_signed(content)) {
        return std::nullopt;
    }
    std::size_t at = read_u16(content, header_length_at);
    if (at > content.size()) {
        return "a signed file that ends in its header";
    }
    if (name.kind() != FileName::Kind::trust_list) {
        return std::nullopt;
    }
    while (at + record_opening <= content.size() && content[at] == 1 && read_u16(content, at + 1) == 2) {
        const std::size_t length = read_u16(content, at + 3);
        if (length < record_opening) {
            return std::nullopt;
        }
        at += length;
        if (at > content.size()) {
            return "a trust list that ends in a record";
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> objection_to(const FileName& name, ByteView content) {
    const auto& key = name.key();
    const auto text = trimmed({reinterpret_cast<const char*>(content.data()), content.size()});
    if (is_html(text) && !key.ends_with(".html") && !key.ends_with(".htm")) {
        return "an HTML page, not the file";
    }
    if (name.kind() != FileName::Kind::common && text.empty()) {
        return "an empty file";
    }
    if (name.kind() == FileName::Kind::trust_list || (name.kind() == FileName::Kind::device_config && key.ends_with(".sgn"))) {
        return objection_to_signed(name, content);
    }
    if (name.kind() == FileName::Kind::device_config && key.ends_with(".xml") && text.starts_with('<') &&
        !text.ends_with('>')) {
        return "XML that ends in the middle";
    }
    return std::nullopt;
}

}  // namespace branchline
