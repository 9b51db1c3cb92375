// Kea's loggers throw until somebody has set them up: here once for the whole program, and with nothing said.
#include <log/logger_support.h>

namespace {

const bool initialised = [] {
    isc::log::initLogger("unit", isc::log::NONE, 0, nullptr);
    return true;
}();

}  // namespace
