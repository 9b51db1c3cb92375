// The phones' timelines as rows of tables, and back.
//
//   phone ─< boot ─< step (DHCP)         times are the wall clock's, milliseconds since 1970
//                └─< file
//
// What is read is brought into the bounds of Timelines, whatever a file says. When things are written and deleted, and in which
// file, is History's.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/phones/database.h"
#include "tftpd/phones/timeline.h"

#include <chrono>
#include <list>

namespace branchline {

/// The same moment on both clocks: the timelines' own and the wall's.
struct Moment {
    TimePoint steady{};
    std::chrono::system_clock::time_point wall{};

    static Moment now() { return {Clock::now(), std::chrono::system_clock::now()}; }
};

inline constexpr int tables_version = 2;  ///< "user_version" of a database with these tables

void make_tables(Database& database);

/// All that are not older than `lifetime`, the phone heard of last in front. Where the wall clock stands before what was
/// written, as on a box without a clock of its own, the newest entry counts as heard of just now.
std::list<PhoneTimeline> read_phones(Database& database, Duration lifetime, Moment now);

/// In place of what was there of it: its boots from `changed.from_boot` on, and those that it has no more.
void write_phone(Database& database, const ChangedPhone& changed, Moment now);

/// Phones that were last heard of longer ago.
void delete_older(Database& database, Duration lifetime, Moment now);

/// An eighth of the phones, those heard of longest ago; false: there are none.
bool delete_oldest(Database& database);

}  // namespace branchline
