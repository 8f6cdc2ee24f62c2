// Parses destinations of events.
#include "model/event_destination.hpp"

#include <charconv>

namespace oversee::model {
namespace {

constexpr std::string_view kDescriptor = "fd:";
constexpr std::string_view kSocket = "unix:";

}  // namespace

Parsed<EventDestination> parse_event_destination(std::string_view text) {
  using Kind = EventDestination::Kind;
  EventDestination destination;
  destination.written = text;
  if (text.starts_with(kDescriptor)) {
    const std::string_view digits = text.substr(kDescriptor.size());
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), destination.descriptor);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || destination.descriptor < 0) {
      return refuse_value(text, "fd:N with the number of an open descriptor, 3 or more");
    }
    if (destination.descriptor < 3) return refuse_value(text, "fd:3 or more; 0, 1 and 2 are the command's alone");
    destination.kind = Kind::descriptor;
  } else if (text.starts_with(kSocket)) {
    destination.kind = Kind::socket;
    destination.path = text.substr(kSocket.size());
    if (destination.path.empty()) return refuse_value(text, "unix:PATH with the path of a socket");
  } else {
    if (text.empty()) return refuse_value(text, "a file, fd:N or unix:PATH");
    destination.path = text;
  }
  return destination;
}

}  // namespace oversee::model
