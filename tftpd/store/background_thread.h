// Threads beside the main one. Signals are the main thread's: a background thread starts with a mask that blocks them all, so
// that none is ever delivered to it.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace branchline {

/// Starts `work` on a thread of its own, which somebody must join. The caller's signal mask is as before when this returns.
template <typename Work>
std::thread background_thread(Work work) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::move(work));  // inherits the mask
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

}  // namespace branchline
