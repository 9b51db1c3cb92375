#include "tftpd/server/session_table.h"

#include <cassert>

namespace branchline {

Session* SessionTable::find(const SessionKey& key) {
    const auto found = sessions_.find(key);
    return found == sessions_.end() ? nullptr : found->second.get();
}

Session& SessionTable::add(const SessionKey& key) {
    auto& place = sessions_[key];
    assert(!place);
    place = std::make_unique<Session>(key, ++last_id_);
    auto& session = *place;
    session.in_unanswered_ = true;
    session.older_ = newest_;
    (newest_ != nullptr ? newest_->newer_ : oldest_) = &session;
    newest_ = &session;
    return session;
}

void SessionTable::mark_answered(Session& session) {
    if (!session.in_unanswered_) {
        return;
    }
    session.in_unanswered_ = false;
    (session.older_ != nullptr ? session.older_->newer_ : oldest_) = session.newer_;
    (session.newer_ != nullptr ? session.newer_->older_ : newest_) = session.older_;
    session.older_ = session.newer_ = nullptr;
}

void SessionTable::erase(Session& session) {
    mark_answered(session);
    wheel.remove(session);
    const auto key = session.key;
    sessions_.erase(key);
}

}  // namespace branchline
