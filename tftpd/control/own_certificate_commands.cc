// tftp-trust-export: this box's signing certificate, which takes the place of CUCM's CallManager.pem, and what the other side
// does with it.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/trust/signer.h"

#include <util/encode/encode.h>

#include <array>
#include <string_view>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;

// On a Unified CM publisher, as its pages name things.
constexpr std::array<std::string_view, 5> steps{
    "Compare the SHA-256 fingerprint above with \"openssl x509 -in FILE -noout -fingerprint -sha256\" where the file arrived.",
    "Each cluster whose phones get files signed here: on its publisher open Cisco Unified OS Administration, Security, "
    "Certificate "
    "Management, Upload Certificate/Certificate chain; Certificate Purpose Phone-SAST-trust; choose the file.",
    "Restart Cisco Trust Verification Service on every node (Cisco Unified Serviceability, Tools, Control Center - Network "
    "Services). Phones ask it about this box from then on; they need no reset.",
    "Clusters in mixed mode, besides: upload it as CallManager-trust too, run \"utils ctl update CTLFile\" on the publisher, "
    "restart "
    "Cisco Tftp and Cisco CallManager on the nodes that run them, and reset the phones, which fetch the new CTL.",
    "Check: \"branchlinectl trust check CLUSTER\" here, and on a phone Settings, Security, Trust List."};

ConstElementPtr export_certificate(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-trust-export", arguments, {});
    const auto signer = targets.resolver->signer();
    if (!signer) {
        throw ArgumentError("tftp-trust-export: there is no signing certificate: " + targets.resolver->signer_fault());
    }
    const auto& certificate = signer->certificate();
    auto answered = Element::createMap();
    const auto set = [&](const char* name, const std::string& value) { answered->set(name, Element::create(value)); };
    set("pem", certificate.pem());
    set("data", isc::util::encode::encodeBase64(certificate.der));
    set("subject", escaped(certificate.subject));
    set("serial", trust::hex(certificate.serial));
    set("key", certificate.key.text());
    set("not-after", trust::time_text(certificate.not_after));
    set("fingerprint", certificate.fingerprint());
    auto list = Element::createList();
    for (const auto step : steps) {
        list->add(Element::create(std::string(step)));
    }
    answered->set("steps", list);
    return createAnswer(success, "The signing certificate of this box, PEM and DER.", answered);
}

}  // namespace

CommandList own_certificate_commands(const CommandTargets& targets) {
    return {
        {"tftp-trust-export", [&targets](const ConstElementPtr& arguments) { return export_certificate(targets, arguments); }}};
}

}  // namespace branchline
