// Kea's logging, set up the way Kea's daemons do it from "loggers", with our names: the root is "branchline-tftpd", the others
// hang below it ("branchline-tftpd.tftp"). Without "loggers" everything from INFO on goes to standard error, which is a
// terminal or the journal.
#pragma once

#include <cc/data.h>

#include <memory>

namespace branchline {

/// Must come before anything logs. Kea's lock between processes is turned off unless KEA_LOCKFILE_DIR is set: no other process
/// writes our log files, and the lock costs several system calls a line.
void start_logging(bool debug);

/// A "loggers" list that was read and not yet applied, so that a wrong one changes nothing.
class Loggers {
public:
    /// From the whole document. Throws ConfigError.
    Loggers(const isc::data::ConstElementPtr& document, bool debug);
    ~Loggers();
    Loggers(const Loggers&) = delete;
    Loggers& operator=(const Loggers&) = delete;

    void apply() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
