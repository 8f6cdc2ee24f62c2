// Determines from outside whether a process waits to read from a terminal.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>

namespace oversee::os {

enum class Waiting : std::uint8_t { no, yes, unknown };

// Finds a thread that is blocked in a read, poll, select or epoll of the terminal (/proc/PID/task/TID/syscall,
// proc(5)). Processes in the terminal's background do not count: a read would stop them.
class TerminalReaders {
 public:
  // The slave's device, and the root of the process tree to search.
  TerminalReaders(dev_t terminal, pid_t root) : terminal_(terminal), root_(root) {}

  // Unknown if this user may not see the system call of a sleeping process, or if /proc is not ours.
  Waiting look();
  // The process and thread that were waiting at the last look.
  std::pair<pid_t, pid_t> last() const { return last_; }

 private:
  Waiting look_at(pid_t pid);
  Waiting look_at(pid_t pid, pid_t thread) const;
  Waiting in_read(pid_t pid, std::uint64_t fd) const;
  Waiting in_poll(pid_t pid, std::uint64_t list, std::uint64_t size) const;
  Waiting in_select(pid_t pid, std::uint64_t size, std::uint64_t set) const;
  Waiting in_epoll(pid_t pid, std::uint64_t epoll) const;

  dev_t terminal_;
  pid_t root_;
  std::pair<pid_t, pid_t> last_{0, 0};
};

}  // namespace oversee::os
