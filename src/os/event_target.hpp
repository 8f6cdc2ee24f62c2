// Opens the destination of a run's event stream without changing flags of shared file descriptions.
#pragma once

#include "model/event_destination.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"
#include "os/destination.hpp"

namespace oversee::os {

class EventTarget {
 public:
  // Opens the destination, but changes no regular file yet. Must be called before opening other long-lived descriptors:
  // otherwise a number that the caller names without having opened it could be oversee's. A descriptor from the
  // caller becomes CLOEXEC, so that the command does not inherit it; its description is unchanged.
  static model::Result<EventTarget> open(const model::EventDestination& destination);

  // Creates or truncates a regular file. Called after everything else that may be refused has been opened.
  model::Result<UniqueFd> begin() &&;

 private:
  static model::Result<EventTarget> by_name(const std::string& path);
  static model::Result<EventTarget> hold(model::Result<UniqueFd> fd);
  EventTarget(Destination file, UniqueFd fd) : file_(std::move(file)), fd_(std::move(fd)) {}

  Destination file_;  // for begin(), while `fd_` is not open
  UniqueFd fd_;
};

}  // namespace oversee::os
