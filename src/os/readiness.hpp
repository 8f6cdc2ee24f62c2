// Waits for descriptors of the caller without changing their descriptions.
#pragma once

#include <optional>

#include "os/descriptor.hpp"

namespace oversee::os {

// An epoll descriptor that is readable while another descriptor is. An event loop makes the descriptors that it watches
// non-blocking; this way it changes only ours, not the description that the caller shares with other processes.
class Readiness {
 public:
  // None if the file cannot be watched because it is always readable: a regular file, /dev/null.
  static std::optional<Readiness> of(int fd);
  // Readable once the other end of an output (pipe, socket or terminal) is gone.
  static std::optional<Readiness> of_departure(int fd);

  int fd() const { return epoll_.get(); }

 private:
  static std::optional<Readiness> watch(int fd, unsigned events);
  explicit Readiness(UniqueFd epoll) : epoll_(std::move(epoll)) {}

  UniqueFd epoll_;
};

// Whether a read would return immediately. Call it right before reading, because other processes may read the same
// input.
bool readable_now(int fd);

}  // namespace oversee::os
