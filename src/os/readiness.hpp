// Whether a descriptor of our caller's can be read, with its description left as it is.
#pragma once

#include <optional>

#include "os/descriptor.hpp"

namespace oversee::os {

// A descriptor of ours that is readable while another is. A loop that makes what it watches non-blocking does it to
// this one, not to the description that the caller shares with others.
class Readiness {
 public:
  // None where it cannot be watched, as it is always readable: a regular file, /dev/null.
  static std::optional<Readiness> of(int fd);
  // Readable once nobody is left at the other end of what is written to: of a pipe, a socket, a terminal.
  static std::optional<Readiness> of_departure(int fd);

  int fd() const { return epoll_.get(); }

 private:
  static std::optional<Readiness> watch(int fd, unsigned events);
  explicit Readiness(UniqueFd epoll) : epoll_(std::move(epoll)) {}

  UniqueFd epoll_;
};

// Whether a read would return at once: looked at right before it, as others may read there too.
bool readable_now(int fd);

}  // namespace oversee::os
