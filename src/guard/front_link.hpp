// The guard's end of the socket to the front: receives requests, sends reports, and notices when the front is gone.
#pragma once

#include <sys/types.h>

#include <optional>

#include "guard/protocol.hpp"
#include "guard/wire.hpp"
#include "os/descriptor.hpp"

namespace oversee::guard {

class FrontLink {
 public:
  explicit FrontLink(int control) : control_(control) {}

  // For poll(2), which ignores a negative descriptor.
  int fd() const { return gone_ ? -1 : control_.get(); }
  bool gone() const { return gone_; }

  // The front's process id while it is our parent, so that the id cannot have been reused; else none.
  std::optional<pid_t> living_parent() const;

  // Waits for the first request; none if it is not a StartCommand or the front is gone.
  std::optional<StartCommand> receive_start();

  // Reads the available bytes without waiting; next() returns the complete requests. Handle them before acting on
  // gone(): the front may have sent requests before it exited.
  void read();
  std::optional<Request> next();

  // Does nothing once the front has closed its end.
  void tell(const Report& report);

 private:
  os::UniqueFd control_;
  Decoder<Request> decoder_;
  bool closed_ = false;  // for writing
  bool gone_ = false;
};

}  // namespace oversee::guard
