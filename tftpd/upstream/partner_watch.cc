#include "tftpd/upstream/partner_watch.h"

#include "tftpd/log/log.h"
#include "tftpd/upstream/probe_name.h"
#include "tftpd/upstream/tftp_fetch.h"
#include "upstream_messages.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace branchline {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr unsigned failures_that_count = 2;  // one lost datagram is nothing
constexpr std::chrono::seconds same_list_again{10};
constexpr std::chrono::hours forgotten_after{24};

}  // namespace

class PartnerWatch::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, std::function<bool(const IpAddress&)> is_own, std::function<void()> on_change,
         PartnerWatchSettings settings)
        : io_(io), is_own_(std::move(is_own)), on_change_(std::move(on_change)), settings_(settings) {}

    void named(const std::vector<std::string>& addresses);
    void stop() {
        stopped_ = true;
        partners_.clear();
    }
    [[nodiscard]] std::map<std::string, bool> states() const {
        std::map<std::string, bool> states;
        for (const auto& [address, partner] : partners_) {
            states.emplace(address.to_string(), partner.up);
        }
        return states;
    }

private:
    struct Partner {
        explicit Partner(asio::io_context& io) : timer(io) {}
        bool up = true;
        unsigned failures = 0;  // in a row
        TimePoint last_named{};
        std::unique_ptr<Attempt> question{};
        asio::steady_timer timer;
    };

    void add(const std::vector<std::string>& addresses);
    void ask(const IpAddress& address);
    void answered(const IpAddress& address);
    void unanswered(const IpAddress& address, const std::string& reason);
    void ask_again(const IpAddress& address, Duration wait);

    asio::io_context& io_;
    const std::function<bool(const IpAddress&)> is_own_;
    const std::function<void()> on_change_;
    const PartnerWatchSettings settings_;
    std::map<IpAddress, Partner> partners_;
    bool stopped_ = false;

    std::mutex mutex_;  // of what follows, which any thread uses
    std::vector<std::string> last_list_;
    TimePoint last_list_at_{};
};

void PartnerWatch::Impl::named(const std::vector<std::string>& addresses) {
    {
        const auto now = Clock::now();
        const std::scoped_lock lock(mutex_);
        if (addresses.empty() || (addresses == last_list_ && now - last_list_at_ < same_list_again)) {
            return;
        }
        last_list_ = addresses;
        last_list_at_ = now;
    }
    asio::post(io_, [weak = weak_from_this(), addresses] {
        if (const auto self = weak.lock(); self && !self->stopped_) {
            self->add(addresses);
        }
    });
}

void PartnerWatch::Impl::add(const std::vector<std::string>& addresses) {
    for (const auto& text : addresses) {
        error_code error;
        const auto address = asio::ip::make_address(text, error);
        if (error) {
            continue;  // the hook writes addresses; whatever this is, it cannot be asked
        }
        auto found = partners_.find(address);
        if (found == partners_.end()) {
            if (partners_.size() >= max_partners || is_own_(address)) {
                continue;
            }
            found = partners_.try_emplace(address, io_).first;
            ask(address);
        }
        found->second.last_named = Clock::now();
    }
}

// The attempt belongs to the partner and the partner to this object, so `this` lives whenever an event comes.
void PartnerWatch::Impl::ask(const IpAddress& address) {
    AttemptSettings settings;
    settings.name = probe_name;
    settings.max_size = probe_max_size;
    settings.patience = settings_.patience;
    AttemptEvents events;
    events.connected = [] {};
    events.found = [this, address](std::optional<std::uint64_t>) { answered(address); };
    events.bytes = [](ByteView) {};
    events.done = [this, address](const AttemptOutcome& outcome) {
        if (outcome.end == AttemptEnd::no_answer || outcome.end == AttemptEnd::stalled) {
            unanswered(address, outcome.reason);
        } else {
            answered(address);
        }
    };
    partners_.at(address).question = start_tftp_fetch(io_, {address, settings_.port, 0}, settings, std::move(events));
}

void PartnerWatch::Impl::answered(const IpAddress& address) {
    auto& partner = partners_.at(address);
    partner.failures = 0;
    ask_again(address, settings_.interval);
    if (!std::exchange(partner.up, true)) {
        LOG_INFO(upstream_logger, PARTNER_UP).arg(address.to_string());
        on_change_();
    }
}

void PartnerWatch::Impl::unanswered(const IpAddress& address, const std::string& reason) {
    auto& partner = partners_.at(address);
    ++partner.failures;
    ask_again(address, partner.up && partner.failures < failures_that_count ? Duration::zero() : settings_.interval);
    if (partner.failures == failures_that_count) {
        partner.up = false;
        LOG_WARN(upstream_logger, PARTNER_DOWN).arg(address.to_string()).arg(reason);
        on_change_();
    }
}

void PartnerWatch::Impl::ask_again(const IpAddress& address, Duration wait) {
    auto& partner = partners_.at(address);
    partner.timer.expires_after(wait);
    partner.timer.async_wait([weak = weak_from_this(), address](const error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->stopped_) {
            return;
        }
        const auto found = self->partners_.find(address);
        if (found == self->partners_.end()) {
            return;
        }
        if (found->second.up && Clock::now() - found->second.last_named > forgotten_after) {
            self->partners_.erase(found);
            return;
        }
        self->ask(address);
    });
}

PartnerWatch::PartnerWatch(asio::io_context& io, std::function<bool(const IpAddress&)> is_own, std::function<void()> on_change,
                           PartnerWatchSettings settings)
    : impl_(std::make_shared<Impl>(io, std::move(is_own), std::move(on_change), settings)) {}

PartnerWatch::~PartnerWatch() {
    impl_->stop();
}

void PartnerWatch::named(const std::vector<std::string>& addresses) {
    impl_->named(addresses);
}

std::map<std::string, bool> PartnerWatch::states() const {
    return impl_->states();
}

}  // namespace branchline
