#include "tftpd/exchange/agreement.h"

namespace branchline::exchange {

void Agreement::confirm() {
    if (state_ == State::unconfirmed) {
        state_ = State::confirmed;
        say({.kind = Kind::offer, .offer = own_});
        look();
    }
}

void Agreement::hear(Message message) {
    if (is_over()) {
        return;
    }
    if (message.kind == Kind::no) {
        return fail("the other side: " + message.words);
    }
    if (message.kind == Kind::offer && !theirs_) {
        theirs_ = std::move(message.offer);
        return look();
    }
    if (agreed_ && message.kind == (side_ == Side::offers ? Kind::ready : Kind::done)) {
        return take();
    }
    broken_off("the other side said something out of its turn");
}

// What they offer, once both are to know of each other.
void Agreement::look() {
    if (state_ != State::confirmed || !theirs_) {
        return;
    }
    const auto possible = box_.check(*theirs_);
    if (!possible) {
        return give_up(possible.error().text);
    }
    agreed_ = true;
    if (side_ == Side::comes) {
        say({.kind = Kind::ready});
    }
}

void Agreement::take() {
    const auto taken = box_.take(*theirs_);
    if (!taken) {
        return side_ == Side::offers ? give_up(taken.error().text)
                                     : fail(taken.error().text + ". The other box has taken what is here");
    }
    if (side_ == Side::offers) {
        say({.kind = Kind::done});
    }
    state_ = State::done;
    text_ = *taken;
}

void Agreement::give_up(const std::string& why) {
    if (!is_over()) {
        say({.kind = Kind::no, .words = why});
        broken_off(why);
    }
}

void Agreement::broken_off(const std::string& why) {
    if (!is_over()) {
        fail(agreed_ && side_ == Side::comes
                 ? why + ". The other box may have taken what is here; do the same once more, which passes over what is there"
                 : why);
    }
}

void Agreement::say(const Message& message) {
    const auto bytes = bytes_of(message);
    output_.insert(output_.end(), bytes.begin(), bytes.end());
}

void Agreement::fail(const std::string& why) {
    state_ = State::failed;
    text_ = why;
}

}  // namespace branchline::exchange
