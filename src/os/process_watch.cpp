// Waits for and signals a process through a pidfd.
#include "os/process_watch.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace oversee::os {

ProcessWatch::ProcessWatch(pid_t pid) : pid_(pid), process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

bool ProcessWatch::wait(model::Duration bound, int written_to) const {
  // poll(2) ignores the first entry if there is no pidfd: the process has ended, or the kernel or a sandbox lacks them.
  pollfd watched[] = {{process_.get(), POLLIN, 0}, {written_to, 0, 0}};
  const bool gone = pid_ <= 0 || (!process_ && !process_exists(pid_));
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(bound).count();
  if (!gone) (void)::poll(watched, 2, static_cast<int>(ms));
  return gone || (watched[0].revents & POLLIN) != 0;
}

bool ProcessWatch::signal(model::Signal number) const {
  if (pid_ <= 0) {
    errno = ESRCH;
    return false;
  }
  if (process_) return ::syscall(SYS_pidfd_send_signal, process_.get(), number, nullptr, 0) == 0;
  return ::kill(pid_, number) == 0;
}

bool process_exists(pid_t pid) { return ::kill(pid, 0) == 0 || errno != ESRCH; }

bool nobody_reads(int fd) {
  pollfd watched{fd, 0, 0};
  return ::poll(&watched, 1, 0) > 0 && (watched.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace oversee::os
