// Whatever file is imported as certificates or lies there as a store: what is taken is whole, and the same when it is written
// and read again.
#include "tests/fuzz/targets.h"
#include "tftpd/trust/store_text.h"

namespace branchline::fuzz {

using namespace branchline::trust;

void certificates(ByteView input) {
    if (const auto all = Certificate::parse_file(input)) {
        must(!all->empty() || as_text(input).find("BEGIN CERTIFICATE") == std::string_view::npos, "a bundle has certificates");
        must(all->size() <= Certificate::max_in_bundle, "not more than the limit");
        for (const auto& one : *all) {
            const auto again = Certificate::parse_file(as_bytes(one.pem()));
            must(again && again->size() == 1 && again->front().der == one.der, "a certificate is the same again");
            must(one.subject.find('\0') == std::string::npos, "a name has no NUL");
        }
    }
    if (const auto stored = parse_store_text(as_text(input))) {
        const auto again = parse_store_text(store_text(Store::tvs, *stored));
        must(again && again->size() == stored->size(), "a store is as large again");
        for (std::size_t i = 0; i < stored->size(); ++i) {
            must((*again)[i].fingerprint == (*stored)[i].fingerprint, "a store has the same certificates again");
        }
    }
}

}  // namespace branchline::fuzz
