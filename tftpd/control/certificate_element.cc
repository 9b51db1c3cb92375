#include "tftpd/control/certificate_element.h"

#include "tftpd/config/utf8.h"

namespace branchline {

using isc::data::Element;

std::string shown_name(const std::string& name) {
    return is_utf8(name) ? name : escaped(name);
}

isc::data::ElementPtr certificate_element(const trust::Certificate& certificate, trust::WallTime now) {
    auto element = Element::createMap();
    const auto set = [&](const char* name, const std::string& value) { element->set(name, Element::create(value)); };
    set("subject", shown_name(certificate.subject));
    set("issuer", shown_name(certificate.issuer));
    set("serial", trust::hex(certificate.serial));
    set("key", certificate.key.text());
    set("not-before", trust::time_text(certificate.not_before));
    set("not-after", trust::time_text(certificate.not_after));
    const auto left = std::chrono::floor<std::chrono::days>(certificate.not_after - now);
    element->set("days-left", Element::create(static_cast<std::int64_t>(left.count())));
    set("fingerprint", certificate.fingerprint());
    return element;
}

}  // namespace branchline
