// One cluster put into, changed in or taken out of a configuration document. Pure: a document goes in, another comes out, and
// whoever takes the result as the new configuration holds it to all rules of the file, with the same messages.
//
// "before" (optional, with add and update) is the cluster-id in front of which the cluster is to stand: of clusters that have a
// name the one listed first owns it. Without it, add puts the cluster last and update leaves it where it is.
#pragma once

#include <cc/data.h>

#include <string>

namespace branchline {

/// The "cluster-id" in the arguments of `command`. Throws ArgumentError if it is not there.
std::string cluster_id_of(const std::string& command, const isc::data::ConstElementPtr& arguments);

// `arguments` are a cluster's map as in the file, with "cluster-id", and perhaps "before". Throw ArgumentError if "before"
// names none, ConfigError if the arguments are no JSON that the file could have.

isc::data::ElementPtr with_cluster_added(const isc::data::ConstElementPtr& document,
                                         const isc::data::ConstElementPtr& arguments);
/// Keys that are given replace those that were; the others stay. Null if there is no such cluster.
isc::data::ElementPtr with_cluster_updated(const isc::data::ConstElementPtr& document,
                                           const isc::data::ConstElementPtr& arguments);
/// Null if there is no such cluster.
isc::data::ElementPtr with_cluster_deleted(const isc::data::ConstElementPtr& document, const std::string& id);

}  // namespace branchline
