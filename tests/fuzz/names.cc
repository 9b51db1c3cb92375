// Whatever a phone asks for, by TFTP or as the target of a GET: what FileName lets through lies beneath the root, has only
// characters that file names of phones use, and is what the phone wrote.
#include "tests/fuzz/targets.h"
#include "tftpd/http/request_target.h"
#include "tftpd/store/file_name.h"

#include <filesystem>
#include <string>

namespace branchline::fuzz {
namespace {

void check_name(std::string_view wire) {
    const auto name = FileName::parse(wire);
    if (!name) {
        must(!name.error().text.empty(), "a refusal says which rule was broken");
        return;
    }
    const auto& text = name->text();
    must(wire.size() <= FileName::max_size, "a name is bounded");
    must(!text.empty() && wire.ends_with(text), "a name is what the phone wrote");
    must(wire.substr(0, wire.size() - text.size()).find_first_not_of('/') == std::string_view::npos, "only '/' is dropped");
    must(text.find_first_of(std::string_view("\\%:*?<>|\"\0", 10)) == std::string::npos,
         "no character that a shell or disk reads");
    for (const char one : text) {
        must(one >= ' ' && one < '\x7f', "printable ASCII only");
    }
    const std::filesystem::path root = "/var/lib/branchline/files";
    const auto path = root / text;
    must(path == path.lexically_normal(), "no component means another place");
    must(path.string().starts_with(root.string() + "/"), "a path lies beneath the root");
    must(name->key() == to_key(text), "the key is the name in lower case");
    const auto again = FileName::parse(text);
    must(again && again->text() == text && again->key() == name->key(), "a safe name stays as it is");
    must(FileName::parse(name->key()) && FileName::parse(name->key())->kind() == name->kind(), "case does not make the kind");
}

}  // namespace

void names(ByteView input) {
    const auto wire = as_text(input);
    check_name(wire);
    if (const auto decoded = name_from_target(wire)) {
        must(decoded->starts_with('/'), "a target's name begins with '/'");
        must(decoded->size() <= wire.size(), "decoding makes nothing longer");
        check_name(*decoded);
    }
}

}  // namespace branchline::fuzz
