// Whether anybody has read from a pipe or a socket, without reading from it.
#pragma once

#include <cstddef>

#include "os/descriptor.hpp"

namespace oversee::os {

// Watches from its making on, by inotify(7). The kernel reports what read(2), readv(2) and splice(2) take, and not what
// recv(2) takes from a socket: of that only a shrinking queue tells.
class ReadWatch {
 public:
  explicit ReadWatch(int fd);

  // True also where this kernel cannot tell: whoever asks is about to rely on the answer "no".
  bool may_have_been_read();

 private:
  int watched_;
  std::size_t waiting_;  // bytes, at the start
  UniqueFd events_;      // none: the kernel cannot tell
  bool read_ = false;
};

}  // namespace oversee::os
