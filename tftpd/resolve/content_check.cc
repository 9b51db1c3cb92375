#include "tftpd/resolve/content_check.h"

#include "tftpd/trust/signed_file.h"
#include "tftpd/trust/trust_list.h"

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

std::optional<std::string> objection_to_signed(const FileName& name, ByteView content) {
    if (!trust::looks_signed(content)) {
        return std::nullopt;
    }
    if (name.kind() == FileName::Kind::trust_list) {
        const auto list = trust::TrustList::parse(content);
        return list ? std::nullopt : std::optional(list.error().text);
    }
    const auto file = trust::SignedFile::parse(content);
    return file ? std::nullopt : std::optional(file.error().text);
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
