#include "tftpd/console/load_history.h"

namespace branchline {

void LoadHistory::look(const Counters& counted, const UnderWay& open, TimePoint now,
                       std::chrono::system_clock::time_point wall) {
    using std::chrono::milliseconds;
    Before fresh{now};
    for (std::size_t i = 0; i < watched.size(); ++i) {
        fresh.values[i] = counted.get(watched[i]);
    }
    if (before_) {
        std::string sample =
            R"({"at": )" + std::to_string(std::chrono::duration_cast<milliseconds>(wall.time_since_epoch()).count()) +
            R"(, "ms": )" + std::to_string(std::chrono::duration_cast<milliseconds>(now - before_->at).count()) +
            R"(, "transfers": )" + std::to_string(open.transfers) + R"(, "connections": )" + std::to_string(open.connections);
        for (std::size_t i = 0; i < watched.size(); ++i) {
            const auto was = before_->values[i];
            const auto is = fresh.values[i];
            // Less than before: somebody set it to zero meanwhile.
            sample += ", \"" + std::string(counter_names[static_cast<std::size_t>(watched[i])]) +
                      "\": " + std::to_string(is < was ? is : is - was);
        }
        samples_.push_back(sample + '}');
        if (samples_.size() > max_samples) {
            samples_.pop_front();
        }
    }
    before_ = fresh;
}

std::string LoadHistory::everything() const {
    std::string text = R"({"all": true, "samples": [)";
    for (const auto& sample : samples_) {
        text += (&sample == &samples_.front() ? "" : ", ") + sample;
    }
    return text + "]}";
}

std::string LoadHistory::change() const {
    return samples_.empty() ? std::string() : R"({"samples": [)" + samples_.back() + "]}";
}

}  // namespace branchline
