// Whatever the file: no byte outside it is touched, views lie inside it, records fill the body exactly, and no signature that
// was not made by a key of the list's is taken for one.
#include "tests/fuzz/targets.h"
#include "tftpd/trust/trust_list.h"

#include <algorithm>

namespace branchline::fuzz {
namespace {

using namespace branchline::trust;

bool lies_inside(ByteView part, ByteView whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

void tlv(ByteView input) {
    const auto file = SignedFile::parse(input);
    if (!file) {
        must(!TrustList::parse(input), "a list is a signed file");
        return;
    }
    must(lies_inside(file->body, input) && lies_inside(file->signature, input), "views lie inside");
    must(file->header_size + file->body.size() == input.size(), "header and body are the whole file");
    must(file->signature.size() * 8 == file->modulus_bits, "a signature is as long as its key");
    must(file->signature_offset + 3 + file->signature.size() <= file->header_size, "the signature is in the header");
    must(file->file_name.find('\0') == std::string::npos, "a text has no NUL");
    const auto list = TrustList::parse(input);
    if (!list) {
        return;
    }
    std::size_t size = 0;
    for (const auto& record : list->records) {
        size += record.size;
        if (const auto certificate = Certificate::parse_der(record.certificate)) {
            must(certificate->der == record.certificate, "a certificate is all of its element");
        }
    }
    must(size == file->body.size(), "records fill the body");
    if (const auto signer = list->signer()) {
        must(names(file->signer, list->records[*signer].serial, list->records[*signer].issuer), "the signer is who is named");
        must(list->records[*signer].role == Role::sast, "a signer of lists is a SAST");
    }
}

}  // namespace branchline::fuzz
