// Names the system calls that processes block in, by the numbers of this architecture.
#include "os/system_call.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "os/descriptor.hpp"
#include "os/proc.hpp"

namespace oversee::os {
namespace {

struct Known {
  long number;
  std::string_view name;
  bool takes_descriptor;
};

// Numbers differ between architectures, and newer architectures lack superseded calls.
constexpr std::array kKnown{
    Known{SYS_read, "read", true},
    Known{SYS_readv, "readv", true},
    Known{SYS_pread64, "pread64", true},
    Known{SYS_write, "write", true},
    Known{SYS_writev, "writev", true},
    Known{SYS_pwrite64, "pwrite64", true},
    Known{SYS_sendfile, "sendfile", true},
    Known{SYS_splice, "splice", true},
    Known{SYS_recvfrom, "recvfrom", true},
    Known{SYS_recvmsg, "recvmsg", true},
    Known{SYS_recvmmsg, "recvmmsg", true},
    Known{SYS_sendto, "sendto", true},
    Known{SYS_sendmsg, "sendmsg", true},
    Known{SYS_connect, "connect", true},
    Known{SYS_accept, "accept", true},
    Known{SYS_accept4, "accept4", true},
    Known{SYS_flock, "flock", true},
    Known{SYS_fcntl, "fcntl", true},
    Known{SYS_fsync, "fsync", true},
    Known{SYS_fdatasync, "fdatasync", true},
    Known{SYS_ioctl, "ioctl", true},
#ifdef SYS_open
    Known{SYS_open, "open", false},
    Known{SYS_poll, "poll", false},
    Known{SYS_select, "select", false},
    Known{SYS_epoll_wait, "epoll_wait", false},
    Known{SYS_pause, "pause", false},
#endif
    Known{SYS_openat, "openat", false},
    Known{SYS_ppoll, "ppoll", false},
    Known{SYS_pselect6, "pselect6", false},
    Known{SYS_epoll_pwait, "epoll_pwait", false},
    Known{SYS_io_uring_enter, "io_uring_enter", false},
    Known{SYS_futex, "futex", false},
    Known{SYS_nanosleep, "nanosleep", false},
    Known{SYS_clock_nanosleep, "clock_nanosleep", false},
    Known{SYS_wait4, "wait4", false},
    Known{SYS_waitid, "waitid", false},
    Known{SYS_rt_sigsuspend, "rt_sigsuspend", false},
    Known{SYS_rt_sigtimedwait, "rt_sigtimedwait", false},
    Known{SYS_msgrcv, "msgrcv", false},
    Known{SYS_semtimedop, "semtimedop", false},
    Known{SYS_exit_group, "exit_group", false},
};

}  // namespace

std::optional<SystemCall> parse_system_call(std::string_view text) {
  long number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return {};  // the file says "running"
  const auto* known = std::ranges::find(kKnown, number, &Known::number);
  if (known == kKnown.end()) return {};
  SystemCall call{known->name, {}};
  constexpr std::string_view kBefore = " 0x";
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  unsigned long argument = 0;
  if (!known->takes_descriptor || !rest.starts_with(kBefore)) return call;
  const std::string_view digits = rest.substr(kBefore.size());
  if (std::from_chars(digits.data(), digits.data() + digits.size(), argument, 16).ec == std::errc{}) {
    call.descriptor = static_cast<int>(argument);
  }
  return call;
}

std::optional<SystemCall> system_call_of(pid_t pid) {
  const auto text = read_file(proc_path(pid, "syscall"));
  return text ? parse_system_call(*text) : std::nullopt;
}

}  // namespace oversee::os
