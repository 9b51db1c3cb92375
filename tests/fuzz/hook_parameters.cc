// Any JSON as the hook's parameters or a scope's user-context, read by Kea's own parser as Kea reads it: nothing is thrown,
// every wrong value is a message, and what is taken keeps the limits of the options.
#include "tests/fuzz/targets.h"
#include "kea-hooks/parameters.h"

#include <exception>
#include <string>

namespace branchline::fuzz {
namespace {

using namespace branchline::hook;

void check(const Layer& layer, const Problems& problems) {
    for (const auto& problem : problems) {
        must(!problem.empty(), "a problem is told");
        for (const char one : problem) {
            must(static_cast<unsigned char>(one) >= ' ' && one != '\x7f', "a message is one printable line");
        }
    }
    if (layer.servers) {
        must(layer.servers->v4.size() <= max_servers && layer.servers->v6.size() <= max_servers, "servers fit into an option");
    }
    if (layer.event_socket) {
        must(layer.event_socket->size() <= max_socket_path, "a socket's path fits into its address");
    }
}

}  // namespace

void hook_parameters(ByteView input) {
    isc::data::ConstElementPtr document;
    try {
        document = isc::data::Element::fromJSON(std::string(as_text(input)));
    } catch (const std::exception&) {
        return;  // Kea refuses it before we see it.
    }
    Problems problems;
    check(read_layer(document, "parameters", problems), problems);
    problems.clear();
    check(read_user_context(document, "subnet 7", problems), problems);
}

}  // namespace branchline::fuzz
