// Tries system calls by number, because the C library hides the errors of some.
#include "os/needed_calls.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace oversee::os {
namespace {

struct Call {
  const char* name;
  long number;
  std::array<long, 6> arguments;
};

constexpr long kNoDescriptor = -1;
constexpr long kNoProcess = 0x7fffffff;  // above any pid_max (proc(5))

constexpr std::array kNeeded{
    Call{"close", SYS_close, {kNoDescriptor}},
    Call{"getpid", SYS_getpid, {}},
    Call{"getppid", SYS_getppid, {}},
    Call{"wait4", SYS_wait4, {kNoProcess, 0, WNOHANG}},
    Call{"recvfrom", SYS_recvfrom, {kNoDescriptor}},
    Call{"ioctl", SYS_ioctl, {kNoDescriptor, FIONBIO}},  // libuv uses it to make descriptors non-blocking
    Call{"fcntl", SYS_fcntl, {kNoDescriptor, F_GETFL}},
    Call{"epoll_ctl", SYS_epoll_ctl, {kNoDescriptor, EPOLL_CTL_DEL, kNoDescriptor}},
};

}  // namespace

const char* refused_call() {
  for (const Call& each : kNeeded) {
    const auto& a = each.arguments;
    const bool refused = ::syscall(each.number, a[0], a[1], a[2], a[3], a[4], a[5]) < 0;
    if (refused && (errno == ENOSYS || errno == EPERM)) return each.name;
  }
  return nullptr;
}

}  // namespace oversee::os
