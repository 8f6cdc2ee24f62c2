// Reports when an open file is touched, or closed by a process that could write to it (inotify(7)).
#pragma once

#include "os/descriptor.hpp"

namespace oversee::os {

class FileWatch {
 public:
  // Watches the file behind the descriptor, even after a rename. If the kernel or the user's limits allow no watch,
  // fd() is -1.
  explicit FileWatch(int file);

  // Readable after an event; non-blocking.
  int fd() const { return fd_.get(); }

  // Discards the pending events.
  void drain();

 private:
  UniqueFd fd_;
};

// Notifies all watchers of the file.
void touch(int file);

}  // namespace oversee::os
