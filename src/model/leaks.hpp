// Leaked processes, which outlive the command: the policy for them, and how reports name them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oversee::model {

// A process, as reports name it.
struct ProcessName {
  int pid = 0;
  std::string command;  // command line, quoted; [name] if it has none

  bool operator==(const ProcessName&) const = default;
};

// kill: report and kill; report: report and leave alive; fail: report, kill, and turn a success into a failure; ignore:
// do not report and do not wait.
enum class OnLeak : std::uint8_t { kill, report, fail, ignore };
std::string_view to_string(OnLeak what);

// The command's output streams that a process holds open: readers of these streams wait for it.
struct HeldStreams {
  bool known = false;  // false: its descriptors may not be read
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
