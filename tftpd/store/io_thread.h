// An io_context and the one thread that runs it. What lives there is touched by that thread alone, and so needs no lock: others
// hand it work. Not for what shares its io_context with others.
//
// It is declared before what lives on its io_context, and stopped before that goes: then nothing runs while it goes, and it
// goes before its io_context does.
#pragma once

#include "tftpd/store/background_thread.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>
#include <type_traits>
#include <utility>

namespace branchline {

class IoThread {
public:
    IoThread() = default;
    ~IoThread() { stop(); }
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    [[nodiscard]] boost::asio::io_context& io() { return io_; }

    /// Once. What was handed over before waits until then.
    void start() {
        thread_ = background_thread([this] { io_.run(); });
    }

    /// Runs `work` on the thread and waits for what it returns. Not before start() nor after stop(), and not on the thread
    /// itself: nobody would come to run it. `work` throws nothing.
    template <typename Work>
    auto run(Work work) {
        std::promise<decltype(work())> done;
        boost::asio::post(io_, [&] {
            if constexpr (std::is_void_v<decltype(work())>) {
                work();
                done.set_value();
            } else {
                done.set_value(work());
            }
        });
        return done.get_future().get();
    }

    /// Waits for what runs at the moment; what was handed over and has not begun never does. Again, or without a start(): does
    /// nothing.
    void stop() {
        io_.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_{io_.get_executor()};  // runs without work
    std::thread thread_;
};

}  // namespace branchline
