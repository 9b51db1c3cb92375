#include "tftpd/control/service_switch.h"

#include "tftpd/http/file_service.h"
#include "tftpd/log/log.h"
#include "tftpd/server/tftp_server.h"

#include "control_messages.h"

#include <algorithm>

namespace branchline {

std::size_t ServiceSwitch::under_way() const {
    return tftp_.transfers() + http_.connections();
}

std::optional<std::chrono::seconds> ServiceSwitch::time_left(TimePoint now) const {
    if (state_ != State::stopping) {
        return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::seconds>(std::max(until_ - now, Duration::zero()));
}

void ServiceSwitch::stop(std::chrono::seconds limit, TimePoint now) {
    if (state_ == State::stopped) {
        return;
    }
    until_ = now + limit;
    if (state_ == State::serving) {
        state_ = State::stopping;
        cut_off_ = 0;
        tftp_.pause();
        http_.pause();
        LOG_INFO(app_logger, SERVICE_STOPPING).arg(under_way()).arg(limit.count());
    }
    tick(now);
}

void ServiceSwitch::start() {
    if (state_ == State::serving) {
        return;
    }
    tftp_.resume();
    try {
        http_.resume();
    } catch (...) {
        tftp_.pause();  // both or none
        throw;
    }
    state_ = State::serving;
    LOG_INFO(app_logger, SERVICE_STARTED);
}

void ServiceSwitch::tick(TimePoint now) {
    if (state_ != State::stopping || (under_way() != 0 && now < until_)) {
        return;
    }
    cut_off_ = under_way() == 0 ? 0 : tftp_.cut_off() + http_.cut_off();
    state_ = State::stopped;
    LOG_INFO(app_logger, SERVICE_STOPPED).arg(cut_off_);
}

}  // namespace branchline
