// The destination of a run's events in the user's notation: a file name, "fd:3", "unix:/run/x.sock".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/value_error.hpp"

namespace oversee::model {

struct EventDestination {
  enum class Kind : std::uint8_t { file, descriptor, socket };
  Kind kind = Kind::file;
  std::string path;     // of the file or socket
  int descriptor = -1;  // 3 or more
  std::string written;  // as the user wrote it
};

// "fd:" and "unix:" are prefixes, not file names; "./fd:3" is a file. Refuses descriptors 0 to 2, which belong to the
// command.
Parsed<EventDestination> parse_event_destination(std::string_view text);

}  // namespace oversee::model
