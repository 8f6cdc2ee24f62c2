// Detects whether any process has read from a pipe or socket, without reading from it.
#pragma once

#include <cstddef>

#include "os/descriptor.hpp"

namespace oversee::os {

// Watches from construction on, by inotify(7). The kernel reports read(2), readv(2) and splice(2), but not recv(2) on a
// socket; that is noticed only if the queue has become shorter.
class ReadWatch {
 public:
  explicit ReadWatch(int fd);

  // True also if this kernel cannot tell, because callers rely on the answer "no".
  bool may_have_been_read();

 private:
  int watched_;
  std::size_t waiting_;  // bytes in the queue at the start
  UniqueFd events_;      // none: the kernel cannot report reads
  bool read_ = false;
};

}  // namespace oversee::os
