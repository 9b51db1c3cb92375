#include "tftpd/app/control_socket.h"

#include "tftpd/config/config_error.h"

#include <cc/data.h>
#include <config/command_mgr.h>

#include <sys/stat.h>

#include <utility>

namespace branchline {
namespace {

using isc::config::CommandMgr;
using isc::data::Element;

constexpr mode_t nothing_for_others = 0007;

void open_at(const std::string& path) {
    auto socket = Element::createMap();
    socket->set("socket-type", Element::create(std::string("unix")));
    socket->set("socket-name", Element::create(path));
    const auto old_mask = ::umask(nothing_for_others);
    try {
        CommandMgr::instance().openCommandSocket(socket);
    } catch (const isc::Exception& error) {
        ::umask(old_mask);
        throw ConfigError(Position{},
                          "cannot open the control socket " + path + ": " + error.what() +
                              ". Is another branchline-tftpd running with the same \"control-socket\"? Its directory must "
                              "exist, belong to this user and have mode 0750.");
    }
    ::umask(old_mask);
}

}  // namespace

ControlSocket::ControlSocket(const isc::asiolink::IOServicePtr& io) {
    CommandMgr::instance().setIOService(io);
}

ControlSocket::~ControlSocket() {
    close();
}

void ControlSocket::close() {
    if (!std::exchange(path_, {}).empty()) {
        CommandMgr::instance().closeCommandSocket();
    }
}

void ControlSocket::open(const std::string& path) {
    if (path == path_) {
        return;
    }
    const auto old = path_;
    close();  // Kea holds one at a time
    if (path.empty()) {
        return;
    }
    try {
        open_at(path);
    } catch (const ConfigError&) {
        if (!old.empty()) {
            open_at(old);
            path_ = old;
        }
        throw;
    }
    path_ = path;
}

}  // namespace branchline
