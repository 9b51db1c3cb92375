#include "tftpd/ctl/own_trust_words.h"

#include "tftpd/ctl/rows.h"

#include <vector>

namespace branchline {

using isc::data::ConstElementPtr;

std::string own_list_text(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"ROLE", "HOST", "KEY", "SUBJECT"}};
    for (const auto& one : elements(arguments, "records")) {
        const auto host = text(one, "host");
        rows.push_back({text(one, "role"), host.empty() ? "-" : host, text(one, "key"), text(one, "subject")});
    }
    return text(arguments, "file") + ": " + std::to_string(number(arguments, "bytes")) + " bytes, signed by " +
           text(arguments, "signer") + "\n  MD5    " + text(arguments, "md5") + "\n  SHA-1  " + text(arguments, "sha1") + "\n" +
           table(rows);
}

}  // namespace branchline
