// Opens what a run's events are written to. Neither here nor later does opening or writing change what others share.
#pragma once

#include "model/event_destination.hpp"
#include "model/failure.hpp"
#include "os/descriptor.hpp"
#include "os/destination.hpp"

namespace oversee::os {

class EventTarget {
 public:
  // Opens what is there, and changes no file yet. To be called before anything else is opened that stays open: a number
  // that the caller names but has not opened would be that one's. A descriptor of the caller's is CLOEXEC from now on,
  // as the command is not to get it; its description is left as it is.
  static model::Result<EventTarget> open(const model::EventDestination& destination);

  // Makes the file that is not there, empties the one that is. When all else that could be refused has been opened.
  model::Result<UniqueFd> begin() &&;

 private:
  static model::Result<EventTarget> by_name(const std::string& path);
  static model::Result<EventTarget> hold(model::Result<UniqueFd> fd);
  EventTarget(Destination file, UniqueFd fd) : file_(std::move(file)), fd_(std::move(fd)) {}

  Destination file_;  // that begin() opens, where nothing is open yet
  UniqueFd fd_;
};

}  // namespace oversee::os
