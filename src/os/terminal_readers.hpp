// Whether a process waits to read from a terminal, without asking the process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>

namespace oversee::os {

enum class Waiting : std::uint8_t { no, yes, unknown };

// Looks for a thread that is blocked in a read, poll, select or epoll of the terminal (/proc/PID/task/TID/syscall,
// proc(5)). A process in the terminal's background is no reader: it would be stopped.
class TerminalReaders {
 public:
  // The slave's device, and the process whose descendants may have it open.
  TerminalReaders(dev_t terminal, pid_t root) : terminal_(terminal), root_(root) {}

  // Unknown where a process sleeps whose system call this user may not see, or where /proc is not ours.
  Waiting look();
  // The process and thread that waited at the last look.
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
