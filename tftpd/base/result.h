// A value, or why there is none. Failures that a running system expects (no such file, silent server, bad packet) travel as
// values of this type; exceptions are for wrong configuration only.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace branchline {

/// Why something failed, in words an operator can act on.
struct Failure {
    std::string text;
};

/// Holds a T or an E. Ask with `if (result)` before `*result` or `result.error()`.
template <typename T, typename E = Failure>
class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
    Result(E error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    explicit operator bool() const { return held_.index() == 0; }
    T& operator*() & { return std::get<0>(held_); }
    const T& operator*() const& { return std::get<0>(held_); }
    T&& operator*() && { return std::get<0>(std::move(held_)); }
    T* operator->() { return &std::get<0>(held_); }
    const T* operator->() const { return &std::get<0>(held_); }
    const E& error() const { return std::get<1>(held_); }

private:
    std::variant<T, E> held_;
};

}  // namespace branchline
