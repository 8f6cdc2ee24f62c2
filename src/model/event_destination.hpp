// Where a run's events go, as a user writes it: a file's name, "fd:3", "unix:/run/x.sock".
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

// Reads a destination. What starts with "fd:" or "unix:" is no file; "./fd:3" is one. Refuses oversee's own standard
// streams, which belong to the command.
Parsed<EventDestination> parse_event_destination(std::string_view text);

}  // namespace oversee::model
