// The only parser of /proc/PID/stat; converts the kernel's units to ours.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/duration.hpp"

namespace oversee::os {

// The fields of proc_pid_stat(5) that are needed.
struct ProcessStat {
  std::string name;
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t foreground = -1;  // the foreground process group of its terminal; -1: no terminal
  bool exiting = false;   // its main thread is in exit(2) or dying of a signal
  bool kill_pending = false;
  model::Duration cpu{};
  model::Duration waited_cpu{};  // of the children that it has waited for
  int threads = 1;
  model::Duration born{};       // since boot; identifies a process together with its pid
  std::uint64_t rss_bytes = 0;  // shared pages counted in full; 0 for a zombie
};
std::optional<ProcessStat> parse_process_stat(std::string_view line);

// None if the process does not exist.
std::optional<ProcessStat> process_stat(pid_t pid);

}  // namespace oversee::os
