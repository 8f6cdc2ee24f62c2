// The guard's end of its socket to the front: requests in, reports out, and whether there still is a front.
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

  // For poll(2), which passes by a negative one.
  int fd() const { return gone_ ? -1 : control_.get(); }
  bool gone() const { return gone_; }

  // The front's number while it is our parent, and so cannot be another's; none where it is not.
  std::optional<pid_t> living_parent() const;

  // Waits for the first request; none where it is not a StartCommand or nobody sends one.
  std::optional<StartCommand> receive_start();

  // Takes in what has come, without waiting; next() has the whole requests of it. What they say is to be heard before
  // gone() is judged.
  void read();
  std::optional<Request> next();

  // A front that is gone shows at the next read.
  void tell(const Report& report);

 private:
  os::UniqueFd control_;
  Decoder<Request> decoder_;
  bool gone_ = false;
};

}  // namespace oversee::guard
