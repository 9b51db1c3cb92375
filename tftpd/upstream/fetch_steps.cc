#include "tftpd/upstream/fetch_steps.h"

#include "tftpd/upstream/attempt.h"

namespace branchline {

std::vector<FetchStep> fetch_steps(const Cluster& cluster, const HealthTable& health, TimePoint now) {
    std::vector<FetchStep> steps;
    for (const auto& server : health.order(cluster, now)) {
        switch (cluster.transport) {
            case Transport::http:
            case Transport::tftp:
                steps.push_back({server, cluster.transport});
                break;
            case Transport::automatic: {
                const auto known = health.find(server);
                const bool tftp_first = known && known->works == Transport::tftp;
                steps.push_back({server, tftp_first ? Transport::tftp : Transport::http});
                steps.push_back({server, tftp_first ? Transport::http : Transport::tftp});
                break;
            }
            case Transport::https:
                break;  // the configuration does not let it through
        }
    }
    return steps;
}

std::string to_text(const FetchStep& step) {
    return step.by == Transport::http ? "http " + host_and_port(step.server.address, step.server.http_port)
                                      : "tftp " + host_and_port(step.server.address, step.server.tftp_port);
}

}  // namespace branchline
