// Reads the front's requests and writes the guard's reports.
#include "guard/front_link.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace oversee::guard {

// SO_PEERCRED names the process that made the socket pair (unix(7)).
std::optional<pid_t> FrontLink::living_parent() const {
  ucred front{};
  socklen_t size = sizeof front;
  if (gone_ || ::getsockopt(control_.get(), SOL_SOCKET, SO_PEERCRED, &front, &size) != 0) return {};
  // 0: the front is in another PID namespace and has no id in ours.
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
  if (decoder_.broken()) gone_ = true;  // a front that sends invalid messages counts as gone
  return request;
}

void FrontLink::tell(const Report& report) {
  if (gone_ || closed_) return;
  if (os::write_fully(control_.get(), encode(report))) return;  // SIGPIPE is blocked, like all signals
  // The front has closed its end. What it sent before is still to be read; read() finds the end behind it.
  closed_ = errno == EPIPE || errno == ECONNRESET;
  if (closed_) return;
  gone_ = true;
  control_.reset();  // tells a front that still lives that no report will come
}

}  // namespace oversee::guard
