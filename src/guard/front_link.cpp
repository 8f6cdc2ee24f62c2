// Reads the front's requests and writes the guard's reports.
#include "guard/front_link.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace oversee::guard {

// Who made the socket pair (unix(7)).
std::optional<pid_t> FrontLink::living_parent() const {
  ucred front{};
  socklen_t size = sizeof front;
  if (gone_ || ::getsockopt(control_.get(), SOL_SOCKET, SO_PEERCRED, &front, &size) != 0) return {};
  // 0: it is of another PID namespace, which has no number for it here.
  return front.pid > 0 && ::getppid() == front.pid ? std::optional(front.pid) : std::nullopt;
}

std::optional<StartCommand> FrontLink::receive_start() {
  while (true) {
    if (auto request = decoder_.next()) {
      if (auto* start = std::get_if<StartCommand>(&*request)) return std::move(*start);
      return {};
    }
    char buffer[16384];
    const ssize_t count = ::read(control_.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || decoder_.broken()) return {};
    decoder_.feed({buffer, static_cast<std::size_t>(count)});
  }
}

void FrontLink::read() {
  char buffer[4096];
  const ssize_t count = ::recv(control_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count > 0) {
    decoder_.feed({buffer, static_cast<std::size_t>(count)});
  } else {
    gone_ = true;
  }
}

std::optional<Request> FrontLink::next() {
  auto request = decoder_.next();
  if (decoder_.broken()) gone_ = true;  // one that talks nonsense is as good as gone
  return request;
}

void FrontLink::tell(const Report& report) {
  if (gone_) return;
  if (os::write_fully(control_.get(), encode(report))) return;  // SIGPIPE is blocked with all the others
  gone_ = true;
  control_.reset();  // if it is there yet, it is to know that it cannot be told anything
}

}  // namespace oversee::guard
