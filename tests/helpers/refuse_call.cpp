// refuse_call list: prints the names of the known system calls.
// refuse_call NAME ERRNO COMMAND...: runs the command with a filter (seccomp(2)) that fails this call with this error,
// as in a container with a restrictive runtime.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "helper.hpp"

namespace {

struct Call {
  std::string_view name;
  long number;
};

#define CALL(name) \
  Call { #name, SYS_##name }

constexpr std::array kCalls{
    CALL(clone),         CALL(clone3),       CALL(close),         CALL(close_range),
    CALL(dup),           CALL(dup3),         CALL(epoll_create1), CALL(epoll_ctl),
    CALL(epoll_pwait),   CALL(eventfd2),     CALL(faccessat),     CALL(fchmod),
    CALL(fcntl),         CALL(flock),        CALL(fstat),         CALL(fstatfs),
    CALL(ftruncate),     CALL(futex),        CALL(getcwd),        CALL(getdents64),
    CALL(geteuid),       CALL(getpgid),      CALL(getpid),        CALL(getppid),
    CALL(getpriority),   CALL(getrandom),    CALL(getsockopt),    CALL(inotify_add_watch),
    CALL(inotify_init1), CALL(ioctl),        CALL(kill),          CALL(lseek),
    CALL(madvise),       CALL(mkdirat),      CALL(newfstatat),    CALL(openat),
    CALL(pidfd_open),    CALL(pipe2),        CALL(ppoll),         CALL(prctl),
    CALL(pread64),       CALL(prlimit64),    CALL(pwritev2),      CALL(pidfd_send_signal),
    CALL(read),          CALL(readlinkat),   CALL(recvfrom),      CALL(recvmsg),
    CALL(renameat),      CALL(rt_sigaction), CALL(rt_sigpending), CALL(rt_sigprocmask),
    CALL(sched_setattr), CALL(sendmsg),      CALL(sendto),        CALL(setpgid),
    CALL(setpriority),   CALL(setsid),       CALL(setsockopt),    CALL(signalfd4),
    CALL(socket),        CALL(socketpair),   CALL(statx),         CALL(tgkill),
    CALL(uname),         CALL(unlinkat),     CALL(wait4),         CALL(waitid),
    CALL(write),         CALL(writev),
#ifdef SYS_open  // on architectures with the older calls libc uses some of them
    CALL(access),        CALL(dup2),         CALL(epoll_wait),    CALL(fork),
    CALL(lstat),         CALL(mkdir),        CALL(open),          CALL(poll),
    CALL(readlink),      CALL(rename),       CALL(rmdir),         CALL(stat),
    CALL(unlink),        CALL(vfork),
#endif
};

void refuse(long number, int error) {
  std::array<sock_filter, 4> filter{{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<unsigned>(number)},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog program{filter.size(), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) helper::give_up();
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) helper::give_up();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "list") {
    for (const Call& each : kCalls) helper::say(std::string(each.name) + '\n');
    return 0;
  }
  if (argc < 4) helper::give_up();
  const auto* call = std::ranges::find(kCalls, std::string_view(argv[1]), &Call::name);
  if (call == kCalls.end()) helper::give_up();
  refuse(call->number, helper::number(argv[2]));
  ::execv(argv[3], argv + 3);
  helper::give_up();
}
