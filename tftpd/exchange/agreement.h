// Which step of an exchange may follow which, on one of the two boxes. Sans-IO.
//
//   who offers                              who comes
//       | <======= TLS, both certificates =====> |     each operator sees the other box's fingerprint
//       | offer ------------------------------>  |     a box says what it has once its own operator has confirmed, not before
//       | <-----------------------------  offer  |
//       | <-----------------------------  ready  |     what is offered there could be taken here
//     takes                                      |     if it could be taken there, too
//       | done  ------------------------------>  |
//       |                                      takes
//
// So nothing is taken anywhere before both have confirmed and both could take it. If the line breaks before "done" has come,
// one box has taken and the other has not; that one says so, and the same again mends it: what is there is passed over.
#pragma once

#include "tftpd/exchange/message.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace branchline::exchange {

class Agreement {
public:
    enum class Side { offers, comes };
    enum class State {
        unconfirmed,  ///< our operator has not said yet that it is the right box
        confirmed,    ///< he has; the other side's turn
        done,
        failed,  ///< text() says why
    };
    /// This box. A Failure says why not.
    struct Box {
        std::function<Result<bool>(const Offer&)> check;        ///< could it be taken? Changes nothing
        std::function<Result<std::string>(const Offer&)> take;  ///< what was changed, in words
    };

    Agreement(Side side, Offer own, Box box) : side_(side), own_(std::move(own)), box_(std::move(box)) {}

    void confirm();
    void hear(Message message);
    void give_up(const std::string& why);     ///< by our operator, or because its time is over; the other side is told
    void broken_off(const std::string& why);  ///< by the line, or by what came over it

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_over() const { return state_ == State::done || state_ == State::failed; }
    [[nodiscard]] const std::string& text() const { return text_; }
    Bytes take_output() { return std::exchange(output_, {}); }

private:
    void look();
    void take();
    void say(const Message& message);
    void fail(const std::string& why);

    const Side side_;
    const Offer own_;
    const Box box_;
    State state_ = State::unconfirmed;
    std::optional<Offer> theirs_{};
    bool agreed_ = false;  // confirmed, and what they offer could be taken
    std::string text_{};
    Bytes output_{};
};

}  // namespace branchline::exchange
