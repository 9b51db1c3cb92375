#include "tftpd/upstream/dns_lookup.h"

#include "tftpd/base/bytes.h"

#include <boost/asio/post.hpp>

#include <ares.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace branchline {

namespace asio = boost::asio;

namespace {

constexpr const char* service = "_tftp._udp.";
constexpr std::uint16_t tftp_port = 69;

/// One SRV record, or the name itself.
struct Target {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::string name;
    std::uint16_t port = tftp_port;
    std::vector<IpAddress> v4{};
    std::vector<IpAddress> v6{};
};

/// One name being looked up; lives as long as its queries. Used on the io_context's thread only.
struct Search : std::enable_shared_from_this<Search> {
    std::string fqdn;
    std::vector<Target> targets;
    std::size_t open = 0;  // queries
    std::uint32_t lifetime = UINT32_MAX;
    std::string error;
    std::function<void(DnsResult)> done;
};

/// c-ares' answers come on its own thread: what is needed of them is taken out there, and the rest happens on the io_context's.
struct Records {
    ares_status_t status = ARES_SUCCESS;
    std::vector<Target> services;
    std::vector<IpAddress> addresses;
    std::uint32_t lifetime = UINT32_MAX;
};

void take(Records& records, const ares_dns_rr_t* record, ares_dns_rec_type_t wanted) {
    if (ares_dns_rr_get_type(record) != wanted) {
        return;  // such as the CNAMEs that led here
    }
    records.lifetime = std::min<std::uint32_t>(records.lifetime, ares_dns_rr_get_ttl(record));
    if (wanted == ARES_REC_TYPE_A) {
        const auto* address = ares_dns_rr_get_addr(record, ARES_RR_A_ADDR);
        records.addresses.emplace_back(asio::ip::address_v4(ntohl(address->s_addr)));
    } else if (wanted == ARES_REC_TYPE_AAAA) {
        const auto* address = ares_dns_rr_get_addr6(record, ARES_RR_AAAA_ADDR);
        asio::ip::address_v6::bytes_type bytes;
        std::copy(std::begin(address->_S6_un._S6_u8), std::end(address->_S6_un._S6_u8), bytes.begin());
        records.addresses.push_back(unmapped(asio::ip::address_v6(bytes)));
    } else {
        const char* name = ares_dns_rr_get_str(record, ARES_RR_SRV_TARGET);
        // A lone "." says that there is decidedly no such service here.
        if (name != nullptr && *name != '\0' && std::string_view(name) != ".") {
            records.services.push_back({ares_dns_rr_get_u16(record, ARES_RR_SRV_PRIORITY),
                                        ares_dns_rr_get_u16(record, ARES_RR_SRV_WEIGHT), name,
                                        ares_dns_rr_get_u16(record, ARES_RR_SRV_PORT)});
        }
    }
}

/// "No such name" and "no record of that kind" are answers; anything else leaves something out.
void complain(Search& search, const std::string& name, ares_status_t status) {
    if (status != ARES_SUCCESS && status != ARES_ENOTFOUND && status != ARES_ENODATA) {
        search.error = escaped(name) + ": " + ares_strerror(static_cast<int>(status));
    }
}

class AresLookup final : public DnsLookup {
public:
    explicit AresLookup(asio::io_context& io) : io_(io) {}
    ~AresLookup() override {
        alive_.reset();
        if (channel_ != nullptr) {
            ares_destroy(channel_);
        }
        ares_library_cleanup();
    }
    AresLookup(const AresLookup&) = delete;
    AresLookup& operator=(const AresLookup&) = delete;

    bool open(const std::vector<DnsServer>& servers, std::string& error);
    void use(const std::vector<DnsServer>& servers) override;
    void start(const std::string& fqdn, std::function<void(DnsResult)> done) override;

private:
    using Then = void (AresLookup::*)(Search&, std::size_t target, const Records&);

    /// What a query's callback gets as its argument.
    struct Query {
        AresLookup* lookup;
        std::weak_ptr<bool> alive;
        std::shared_ptr<Search> search;
        std::size_t target;
        ares_dns_rec_type_t type;
        Then then;
    };

    void ask(Search& search, std::size_t target, const std::string& name, ares_dns_rec_type_t type, Then then);
    static void on_answer(void* argument, ares_status_t status, std::size_t timeouts, const ares_dns_record_t* answer);
    void on_services(Search& search, std::size_t, const Records& records);
    void on_addresses(Search& search, std::size_t target, const Records& records);
    void settle(Search& search);

    asio::io_context& io_;
    ares_channel_t* channel_ = nullptr;
    bool own_servers_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

bool AresLookup::open(const std::vector<DnsServer>& servers, std::string& error) {
    ares_options options{};
    options.evsys = ARES_EVSYS_DEFAULT;
    options.timeout = static_cast<int>(patience.count());
    options.tries = tries;
    options.qcache_max_ttl = 0;  // a refresh asks afresh; how long an answer is good is decided above
    const int status =
        ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS || !ares_threadsafety()
            ? ARES_ENOTIMP
            : ares_init_options(&channel_, &options,
                                ARES_OPT_EVENT_THREAD | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_QUERY_CACHE);
    if (status != ARES_SUCCESS) {
        error = ares_strerror(status);
        channel_ = nullptr;
        return false;
    }
    use(servers);
    return true;
}

void AresLookup::use(const std::vector<DnsServer>& servers) {
    std::string list;
    for (const auto& server : servers) {
        const auto address = server.address.to_string();
        list += (list.empty() ? "" : ",") + (server.address.is_v6() ? "[" + address + "]" : address) + ":" +
                std::to_string(server.port);
    }
    if (!list.empty()) {
        own_servers_ = ares_set_servers_csv(channel_, list.c_str()) == ARES_SUCCESS;
    } else if (std::exchange(own_servers_, false)) {
        ares_set_servers_csv(channel_, "");  // reinit() keeps servers that were set by hand
        ares_reinit(channel_);
    }
}

void AresLookup::start(const std::string& fqdn, std::function<void(DnsResult)> done) {
    auto search = std::make_shared<Search>();
    search->fqdn = fqdn;
    search->done = std::move(done);
    ask(*search, 0, service + fqdn, ARES_REC_TYPE_SRV, &AresLookup::on_services);
}

void AresLookup::ask(Search& search, std::size_t target, const std::string& name, ares_dns_rec_type_t type, Then then) {
    ++search.open;
    auto* query =
        new Query{this, alive_, search.shared_from_this(), target, type, then};  // freed by on_answer(), always called
    ares_query_dnsrec(channel_, name.c_str(), ARES_CLASS_IN, type, on_answer, query, nullptr);
}

// On c-ares' thread, or on ours when it answers at once.
void AresLookup::on_answer(void* argument, ares_status_t status, std::size_t, const ares_dns_record_t* answer) {
    const std::unique_ptr<Query> query(static_cast<Query*>(argument));
    Records records;
    records.status = status;
    if (answer != nullptr && status == ARES_SUCCESS) {
        for (std::size_t at = 0; at < ares_dns_record_rr_cnt(answer, ARES_SECTION_ANSWER); ++at) {
            take(records, ares_dns_record_rr_get_const(answer, ARES_SECTION_ANSWER, at), query->type);
        }
    }
    if (status == ARES_EDESTRUCTION) {
        return;
    }
    asio::post(query->lookup->io_, [query = *query, records = std::move(records)] {
        if (!query.alive.expired()) {
            --query.search->open;
            (query.lookup->*query.then)(*query.search, query.target, records);
        }
    });
}

void AresLookup::on_services(Search& search, std::size_t, const Records& records) {
    search.targets = records.services;
    complain(search, service + search.fqdn, records.status);
    if (search.targets.empty()) {
        search.targets.push_back({0, 0, search.fqdn, tftp_port});
    } else {
        search.lifetime = std::min(search.lifetime, records.lifetime);
        std::sort(search.targets.begin(), search.targets.end(), [](const Target& a, const Target& b) {
            return std::tuple(a.priority, -int(a.weight), a.name, a.port) <
                   std::tuple(b.priority, -int(b.weight), b.name, b.port);
        });
        search.targets.resize(std::min(search.targets.size(), max_targets));
    }
    for (std::size_t target = 0; target < search.targets.size(); ++target) {
        const auto name = search.targets[target].name;
        ask(search, target, name, ARES_REC_TYPE_A, &AresLookup::on_addresses);
        ask(search, target, name, ARES_REC_TYPE_AAAA, &AresLookup::on_addresses);
    }
}

void AresLookup::on_addresses(Search& search, std::size_t target, const Records& records) {
    for (const auto& address : records.addresses) {
        auto& into = address.is_v4() ? search.targets[target].v4 : search.targets[target].v6;
        into.push_back(address);
    }
    if (!records.addresses.empty()) {
        search.lifetime = std::min(search.lifetime, records.lifetime);
    }
    complain(search, search.targets[target].name, records.status);
    if (search.open == 0) {
        settle(search);
    }
}

void AresLookup::settle(Search& search) {
    DnsResult result;
    result.error = search.error;
    for (auto& target : search.targets) {
        for (auto* addresses : {&target.v4, &target.v6}) {
            std::sort(addresses->begin(), addresses->end());
            for (const auto& address : *addresses) {
                RemoteServer server;
                server.address = address;
                server.tftp_port = target.port;
                if (result.servers.size() < max_servers &&
                    std::find(result.servers.begin(), result.servers.end(), server) == result.servers.end()) {
                    result.servers.push_back(server);
                }
            }
        }
    }
    if (result.servers.empty() && result.error.empty()) {
        result.error = "the DNS knows no address of " + search.fqdn + " and no service " + service + search.fqdn;
    }
    result.lifetime = std::chrono::seconds(result.servers.empty() ? 0 : search.lifetime);
    std::exchange(search.done, nullptr)(std::move(result));
}

}  // namespace

std::unique_ptr<DnsLookup> make_dns_lookup(asio::io_context& io, const std::vector<DnsServer>& servers, std::string& error) {
    auto lookup = std::make_unique<AresLookup>(io);
    if (!lookup->open(servers, error)) {
        return nullptr;
    }
    return lookup;
}

}  // namespace branchline
