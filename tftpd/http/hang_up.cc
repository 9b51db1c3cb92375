#include "tftpd/http/hang_up.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace branchline {

void when_hung_up(boost::asio::ip::tcp::socket& socket, std::function<void(bool)> then) {
    using tcp = boost::asio::ip::tcp;
    socket.async_wait(tcp::socket::wait_read,
                      [&socket, done = std::move(then)](const boost::system::error_code& error) mutable {
                          if (error) {
                              return done(false);
                          }
                          char next = 0;
                          const auto size = ::recv(socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
                          if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
                              return when_hung_up(socket, std::move(done));
                          }
                          done(size <= 0);
                      });
}

}  // namespace branchline
