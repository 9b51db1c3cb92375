#include "tftpd/control/cluster_edit.h"

#include "tftpd/base/letters.h"
#include "tftpd/config/json_text.h"
#include "tftpd/control/arguments.h"

#include <algorithm>
#include <vector>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr const char* list_key = "remote-clusters";
constexpr const char* before_key = "before";

/// A document under change: its own copy, and its clusters in order.
class Edit {
public:
    explicit Edit(const ConstElementPtr& document) : document_(copy_json(*document)) {
        tftpd_ = boost::const_pointer_cast<Element>(document_->get("Tftpd"));
        if (const auto list = tftpd_->get(list_key)) {
            for (const auto& one : list->listValue()) {
                clusters_.push_back(one);
            }
        }
    }

    /// Its place; clusters_.size() if there is none.
    [[nodiscard]] std::size_t find(const std::string& id) const {
        const auto found = std::find_if(clusters_.begin(), clusters_.end(), [&](const ElementPtr& one) {
            return same_letters(one->get("cluster-id")->stringValue(), id);
        });
        return static_cast<std::size_t>(found - clusters_.begin());
    }
    [[nodiscard]] bool has(std::size_t place) const { return place < clusters_.size(); }

    ElementPtr take(std::size_t place) {
        auto taken = clusters_[place];
        clusters_.erase(clusters_.begin() + static_cast<std::ptrdiff_t>(place));
        return taken;
    }
    void put(std::size_t place, ElementPtr cluster) {
        clusters_.insert(clusters_.begin() + static_cast<std::ptrdiff_t>(std::min(place, clusters_.size())),
                         std::move(cluster));
    }
    [[nodiscard]] std::size_t size() const { return clusters_.size(); }

    ElementPtr document() {
        auto list = Element::createList();
        for (const auto& one : clusters_) {
            list->add(one);
        }
        tftpd_->set(list_key, list);
        return document_;
    }

private:
    ElementPtr document_;
    ElementPtr tftpd_;
    std::vector<ElementPtr> clusters_;
};

/// Where "before" says; `absent` if it says nothing.
std::size_t place_of(const std::string& command, const Edit& edit, const ConstElementPtr& arguments, std::size_t absent) {
    const auto before = arguments->get(before_key);
    if (!before) {
        return absent;
    }
    const auto id = before->getType() == Element::string ? before->stringValue() : before->str();
    const auto place = edit.find(id);
    if (!edit.has(place)) {
        throw ArgumentError(command + ": \"before\" is \"" + id +
                            "\", and no other cluster is called so; tftp-cluster-list shows those that are configured");
    }
    return place;
}

}  // namespace

std::string cluster_id_of(const std::string& command, const ConstElementPtr& arguments) {
    const auto id = arguments && arguments->getType() == Element::map ? arguments->get("cluster-id") : ConstElementPtr();
    if (!id || id->getType() != Element::string || id->stringValue().empty()) {
        throw ArgumentError(command +
                            " needs a cluster as in the configuration file, such as { \"cluster-id\": \"hq\", "
                            "\"tftp-servers\": [ \"192.0.2.10\" ] }");
    }
    return id->stringValue();
}

ElementPtr with_cluster_added(const ConstElementPtr& document, const ConstElementPtr& arguments) {
    Edit edit(document);
    const auto place = place_of("tftp-cluster-add", edit, arguments, edit.size());
    auto cluster = copy_json(*arguments);
    cluster->remove(before_key);
    edit.put(place, cluster);
    return edit.document();
}

ElementPtr with_cluster_updated(const ConstElementPtr& document, const ConstElementPtr& arguments) {
    Edit edit(document);
    const auto old_place = edit.find(cluster_id_of("tftp-cluster-update", arguments));
    if (!edit.has(old_place)) {
        return {};
    }
    const auto cluster = edit.take(old_place);
    const auto place = place_of("tftp-cluster-update", edit, arguments, old_place);
    const auto given = copy_json(*arguments);
    for (const auto& [key, value] : given->mapValue()) {
        if (key != before_key) {
            cluster->set(key, boost::const_pointer_cast<Element>(value));
        }
    }
    edit.put(place, cluster);
    return edit.document();
}

ElementPtr with_cluster_deleted(const ConstElementPtr& document, const std::string& id) {
    Edit edit(document);
    const auto place = edit.find(id);
    if (!edit.has(place)) {
        return {};
    }
    edit.take(place);
    return edit.document();
}

}  // namespace branchline
