// The one reader of /proc/PID/stat: its fields, and the kernel's units made ours.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/duration.hpp"

namespace oversee::os {

// What such a line says (proc_pid_stat(5)).
struct ProcessStat {
  std::string name;
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t foreground = -1;  // the group in the foreground of its terminal; -1: it has none
  bool exiting = false;   // its first thread is in exit(2), or in death by a signal
  bool kill_pending = false;
  model::Duration cpu{};
  model::Duration waited_cpu{};  // of the children that it has waited for
  int threads = 1;
  model::Duration born{};       // since the machine's start; pid and this name a process for good
  std::uint64_t rss_bytes = 0;  // what it shares with others counts whole; 0 of a zombie
};
std::optional<ProcessStat> parse_process_stat(std::string_view line);

// None where there is no such process (any more).
std::optional<ProcessStat> process_stat(pid_t pid);

}  // namespace oversee::os
