// Whether a thread still takes work: from time to time somebody puts a question into its queue; one that hangs does not take it
// out. Counted in beats, not in time, so that a whole process that was stopped for a minute is not taken for one that hangs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

namespace branchline {

class ThreadPulse {
public:
    /// At one beat a second, what no thread of ours may take for one piece of work, even on a slow disk.
    static constexpr unsigned dead = 10;

    /// Asks by `post`, which hands work to the thread, unless the last question is still open. Returns how many beats in a row
    /// have found it open. For one asking thread. The work may outlive the pulse.
    template <typename Post>
    unsigned beat(Post&& post) {
        if (open_->load()) {
            return ++missed_;
        }
        missed_ = 0;
        open_ = std::make_shared<std::atomic<bool>>(true);
        post(std::function<void()>([open = open_] { open->store(false); }));
        return missed_;
    }

private:
    std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(false);
    unsigned missed_ = 0;
};

}  // namespace branchline
