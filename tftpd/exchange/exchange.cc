#include "tftpd/exchange/exchange.h"

#include "tftpd/base/clock.h"
#include "tftpd/config/config_error.h"
#include "tftpd/exchange/link.h"
#include "tftpd/http/listener.h"
#include "tftpd/log/log.h"
#include "tftpd/tls/peer_context.h"
#include "tftpd/trust/digest.h"

#include "exchange_messages.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <optional>
#include <set>
#include <utility>

namespace branchline {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using exchange::Agreement;
using exchange::Link;
using LinkPtr = std::shared_ptr<Link>;

}  // namespace

struct Exchange::Impl : std::enable_shared_from_this<Impl> {
    explicit Impl(asio::io_context& its_io) : io(its_io), deadline(its_io) {}

    Result<bool> begin(Wish given, Agreement::Side as);
    void take_over(tcp::socket socket);
    void shown(const LinkPtr& by, const Bytes& certificate);
    void turn_away(const LinkPtr& who, const std::string& why);
    void speak_with(const LinkPtr& one);
    void other_side_did(const std::function<void()>& work);
    void wait_again();
    void go_on();
    void give_up(const std::string& why);
    void end(State how, const std::string& what);

    asio::io_context& io;
    asio::steady_timer deadline;
    Wish wish;
    Agreement::Side side{};
    unsigned number = 0;  // of the exchange: what an earlier one began is not this one's
    State state = State::none;
    std::string text;
    tls::ContextPtr context;
    std::unique_ptr<Listener> listener;
    std::set<LinkPtr> in_handshake;
    std::size_t turned_away = 0;
    std::string own_fingerprint;
    // With whom we speak; none while it waits, connects, or shakes hands.
    LinkPtr link;
    std::optional<Agreement> agreement;
    std::string other;
    std::string fingerprint;
};

Result<bool> Exchange::Impl::begin(Wish given, Agreement::Side as) {
    const bool offers = as == Agreement::Side::offers;
    auto made =
        tls::PeerContext::make(given.identity, offers ? tls::PeerContext::Side::answers : tls::PeerContext::Side::connects);
    if (!made) {
        return made.error();
    }
    if (offers) {
        try {
            listener = Listener::open(io, given.port, "port");
        } catch (const ConfigError& error) {
            return Failure{error.what()};
        }
    }
    context = *std::move(made);
    wish = std::move(given);
    side = as;
    ++number;
    state = offers ? State::waiting : State::connecting;
    text.clear();
    other.clear();
    fingerprint.clear();
    own_fingerprint = wish.identity->front().certificate().fingerprint();
    turned_away = 0;
    deadline.expires_after(wish.time_limit);
    deadline.async_wait([weak = weak_from_this()](const error_code& error) {
        if (const auto self = weak.lock(); self && !error) {
            self->give_up("The time for it is over");
        }
    });
    return true;
}

void Exchange::Impl::take_over(tcp::socket socket) {
    const auto one = exchange::make_link(std::move(socket), context);
    in_handshake.insert(one);
    // What came from a connection that has been let go of meanwhile is nobody's business.
    const auto with_both = [self = weak_from_this(), of = std::weak_ptr<Link>(one)](const auto& work) {
        const auto here = self.lock();
        const auto by = of.lock();
        if (here && by) {
            work(*here, by);
        }
    };
    one->start({
        .shown =
            [with_both](const Bytes& certificate) {
                with_both([&](Impl& here, const LinkPtr& by) { here.shown(by, certificate); });
            },
        .heard =
            [with_both](exchange::Message message) {
                with_both([&](Impl& here, const LinkPtr& by) {
                    if (here.link == by) {
                        here.other_side_did([&] { here.agreement->hear(std::move(message)); });
                    }
                });
            },
        .ended =
            [with_both](const std::string& why) {
                with_both([&](Impl& here, const LinkPtr& by) {
                    if (here.link == by) {
                        return here.other_side_did([&] { here.agreement->broken_off(here.other + ": " + why); });
                    }
                    here.turn_away(by, why);
                });
            },
    });
}

void Exchange::Impl::shown(const LinkPtr& by, const Bytes& certificate) {
    const auto theirs = trust::hex(trust::hash(trust::Digest::sha256, {certificate}));
    if (theirs == own_fingerprint) {
        return turn_away(by, "it shows this box's own certificate");
    }
    if (!wish.fingerprint.empty() && theirs != wish.fingerprint) {
        return turn_away(by, "it shows the fingerprint " + theirs +
                                 ", not the one that was given; if that one was right, somebody is in between");
    }
    other = by->other().to_string();
    fingerprint = theirs;
    LOG_INFO(app_logger, EXCHANGE_CONNECTED).arg(other).arg(theirs);
    speak_with(by);
}

// Whoever it is, it is not the box that is meant, or does not get as far as to show.
void Exchange::Impl::turn_away(const LinkPtr& who, const std::string& why) {
    const auto what = who->other().to_string() + ": " + why;
    in_handshake.erase(who);
    who->close();
    if (side == Agreement::Side::comes) {
        return end(State::failed, what);
    }
    LOG_WARN(app_logger, EXCHANGE_TURNED_AWAY).arg(who->other().to_string()).arg(why);
    text = what;
    if (++turned_away >= max_turned_away) {
        end(State::failed, "More others have connected than come by mistake; begin again when the network is quiet");
    }
}

void Exchange::Impl::speak_with(const LinkPtr& one) {
    link = one;
    in_handshake.erase(one);
    for (const auto& late : std::exchange(in_handshake, {})) {
        late->close();
    }
    const auto address = unmapped(one->other());
    agreement.emplace(side, wish.own,
                      Agreement::Box{.check = [this, address](const auto& theirs) { return wish.check(theirs, address); },
                                     .take = [this, address](const auto& theirs) { return wish.take(theirs, address); }});
    if (!wish.fingerprint.empty()) {
        agreement->confirm();
    }
    go_on();
}

// Whoever goes before he was confirmed was perhaps not the right one: an offer is still for that one.
void Exchange::Impl::other_side_did(const std::function<void()>& work) {
    const bool unconfirmed = agreement->state() == Agreement::State::unconfirmed;
    work();
    if (agreement->state() == Agreement::State::failed && unconfirmed && side == Agreement::Side::offers) {
        return wait_again();
    }
    go_on();
}

void Exchange::Impl::wait_again() {
    const auto gone = std::exchange(link, nullptr);
    agreement.reset();
    other.clear();
    fingerprint.clear();
    state = State::waiting;
    turn_away(gone, "it went before it was confirmed");
}

// The agreement may have got further: what there is to say, and whether it is over.
void Exchange::Impl::go_on() {
    if (auto bytes = agreement->take_output(); !bytes.empty()) {
        link->send(std::move(bytes));
    }
    switch (agreement->state()) {
        case Agreement::State::unconfirmed:
            state = State::unconfirmed;
            break;
        case Agreement::State::confirmed:
            state = State::confirmed;
            break;
        case Agreement::State::done:
            return end(State::done, agreement->text());
        case Agreement::State::failed:
            return end(State::failed, agreement->text());
    }
}

void Exchange::Impl::give_up(const std::string& why) {
    if (!agreement) {
        return end(State::failed, why);
    }
    agreement->give_up(why);
    go_on();
}

void Exchange::Impl::end(State how, const std::string& what) {
    state = how;
    text = what + (how == State::failed ? ". Nothing was changed here." : "");
    if (how == State::done) {
        LOG_INFO(app_logger, EXCHANGE_DONE).arg(other).arg(fingerprint).arg(text);
    } else {
        LOG_WARN(app_logger, EXCHANGE_FAILED).arg(text);
    }
    listener.reset();
    deadline.cancel();
    for (const auto& one : std::exchange(in_handshake, {})) {
        one->close();
    }
    if (const auto last = std::exchange(link, nullptr)) {
        last->finish();
    }
    agreement.reset();
}

Exchange::Exchange(asio::io_context& io) : impl_(std::make_shared<Impl>(io)) {}

Exchange::~Exchange() {
    cancel();
}

bool Exchange::is_under_way() const {
    const auto state = impl_->state;
    return state == State::waiting || state == State::connecting || state == State::unconfirmed || state == State::confirmed;
}

Result<bool> Exchange::offer(Wish wish) {
    auto begun = impl_->begin(std::move(wish), Agreement::Side::offers);
    if (begun) {
        LOG_INFO(app_logger, EXCHANGE_OFFERED).arg(impl_->wish.port).arg(impl_->wish.time_limit.count());
        impl_->listener->start([self = impl_.get()](tcp::socket socket) {
            if (!self->link && self->in_handshake.size() < max_in_handshake) {
                self->take_over(std::move(socket));
            }
        });
    }
    return begun;
}

Result<bool> Exchange::go(Wish wish, const IpAddress& to) {
    auto begun = impl_->begin(std::move(wish), Agreement::Side::comes);
    if (!begun) {
        return begun;
    }
    impl_->other = to.to_string();
    const auto stream = std::make_shared<boost::beast::tcp_stream>(impl_->io.get_executor());
    stream->expires_after(connect_limit);
    stream->async_connect(tcp::endpoint(to, impl_->wish.port), [stream, weak = std::weak_ptr(impl_),
                                                                number = impl_->number](const error_code& error) {
        const auto self = weak.lock();
        if (!self || self->state != State::connecting || self->number != number) {
            return;
        }
        if (error) {
            return self->end(State::failed, self->other + ", port " + std::to_string(self->wish.port) + ": " + error.message() +
                                                "; begin with branchlinectl exchange offer there");
        }
        self->take_over(stream->release_socket());
    });
    return true;
}

Result<bool> Exchange::confirm(const std::string& given) {
    if (impl_->state != State::unconfirmed) {
        return Failure{"nothing waits to be confirmed"};
    }
    if (given != impl_->fingerprint) {
        return Failure{"the other box shows " + impl_->fingerprint + ", which is not what is confirmed here"};
    }
    impl_->agreement->confirm();
    impl_->go_on();
    return true;
}

bool Exchange::cancel() {
    const bool there = is_under_way();
    if (there) {
        impl_->give_up("The operator said no");
    }
    return there;
}

Exchange::Status Exchange::status() const {
    const auto& here = *impl_;
    Status status{.state = here.state,
                  .text = here.text,
                  .own_fingerprint = here.own_fingerprint,
                  .other = here.other,
                  .fingerprint = here.fingerprint,
                  .port = here.wish.port,
                  .left = {}};
    if (is_under_way()) {
        status.left = std::chrono::ceil<std::chrono::seconds>(here.deadline.expiry() - Clock::now());
    }
    return status;
}

}  // namespace branchline
