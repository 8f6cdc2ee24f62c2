// Processes that outlive the command: what becomes of them, and how they are told of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::model {

// A process as it is named to people.
struct ProcessName {
  int pid = 0;
  std::string command;  // its command line, quoted; [name] where it has none

  bool operator==(const ProcessName&) const = default;
};

// They are named and killed; named and left alive; named and killed, and a success has failed; or let go unnamed, and
// not waited for.
enum class OnLeak : std::uint8_t { kill, report, fail, ignore };
std::string_view to_string(OnLeak what);

// Which of the command's output streams a process still has open: their readers wait for it.
struct HeldStreams {
  bool known = false;  // false: nobody may look at its descriptors
  bool out = false;
  bool err = false;

  bool operator==(const HeldStreams&) const = default;
};

struct Survivor : ProcessName {
  HeldStreams holds = {};

  bool operator==(const Survivor&) const = default;
};

// "pid 4312  sleep 9  holds stdout"
std::string describe(const Survivor& survivor);

}  // namespace oversee::model
