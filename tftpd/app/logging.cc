#include "tftpd/app/logging.h"

#include "tftpd/config/config_error.h"

#include <log/logger_support.h>
#include <process/config_base.h>
#include <process/log_parser.h>

#include <boost/make_shared.hpp>

#include <cstdlib>

namespace branchline {
namespace {

constexpr const char* root_logger = "branchline-tftpd";
constexpr int all_debug_levels = 99;

isc::process::LoggingInfo default_logger(bool debug) {
    isc::process::LoggingInfo logger;
    logger.name_ = root_logger;
    logger.severity_ = debug ? isc::log::DEBUG : isc::log::INFO;
    logger.debuglevel_ = debug ? all_debug_levels : 0;
    isc::process::LoggingDestination destination;
    destination.output_ = "stderr";
    logger.clearDestinations();
    logger.destinations_.push_back(destination);
    return logger;
}

}  // namespace

void start_logging(bool debug) {
    ::setenv("KEA_LOCKFILE_DIR", "none", 0);
    isc::log::initLogger(root_logger, debug ? isc::log::DEBUG : isc::log::INFO, debug ? all_debug_levels : 0);
}

struct Loggers::Impl {
    isc::process::ConfigPtr storage = boost::make_shared<isc::process::ConfigBase>();
};

Loggers::Loggers(const isc::data::ConstElementPtr& document, bool debug) : impl_(std::make_unique<Impl>()) {
    const auto tftpd = document->get("Tftpd");
    const auto loggers = tftpd ? tftpd->get("loggers") : isc::data::ConstElementPtr();
    if (!loggers || loggers->empty()) {
        impl_->storage->addLoggingInfo(default_logger(debug));
        return;
    }
    try {
        isc::process::LogConfigParser(impl_->storage).parseConfiguration(loggers, debug);
    } catch (const isc::Exception& error) {
        const auto& position = loggers->getPosition();
        throw ConfigError({position.file_, position.line_, position.pos_}, std::string("\"loggers\": ") + error.what());
    }
}

Loggers::~Loggers() = default;

void Loggers::apply() const {
    impl_->storage->applyLoggingCfg();
}

}  // namespace branchline
