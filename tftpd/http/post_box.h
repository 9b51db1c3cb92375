// The way back to the service's thread for answers that come on other threads, possibly after the service has gone: posting
// to a closed box does nothing.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <mutex>
#include <utility>

namespace branchline {

class PostBox {
public:
    explicit PostBox(boost::asio::io_context& io) : io_(&io) {}

    /// From any thread: runs `work` on the io_context's thread, or never if the box was closed.
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        if (io_ != nullptr) {
            boost::asio::post(*io_, std::move(work));
        }
    }

    /// After this returns nothing touches the io_context any more.
    void close() {
        const std::lock_guard lock(mutex_);
        io_ = nullptr;
    }

private:
    std::mutex mutex_;
    boost::asio::io_context* io_;
};

}  // namespace branchline
