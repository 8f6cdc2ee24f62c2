// Tells when an open file has been touched, or closed by somebody who could have written to it (inotify(7)).
#pragma once

#include "os/descriptor.hpp"

namespace oversee::os {

class FileWatch {
 public:
  // Of the file behind the descriptor, whatever its name is by now. Where the kernel or the user's limits allow no
  // watch, fd() is -1.
  explicit FileWatch(int file);

  // Readable when something has happened; non-blocking.
  int fd() const { return fd_.get(); }

  // Forgets what has happened.
  void drain();

 private:
  UniqueFd fd_;
};

// Has those who watch the file told of it.
void touch(int file);

}  // namespace oversee::os
