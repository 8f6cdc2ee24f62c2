// subreaper: adopts orphans, and has one that ignores TERM, in its own session; prints "ready PID" with its pid.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>

#include "helper.hpp"

int main() {
  helper::bound_life();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const pid_t self = ::getpid();
  int orphaned[2];
  if (::pipe(orphaned) != 0) helper::give_up();
  const pid_t between = ::fork();
  if (between < 0) helper::give_up();
  if (between == 0) {
    if (::fork() != 0) ::_exit(0);
    ::setsid();
    std::signal(SIGTERM, SIG_IGN);
    while (::getppid() != self) ::usleep(100);
    const pid_t orphan = ::getpid();
    if (::write(orphaned[1], &orphan, sizeof orphan) != sizeof orphan) helper::give_up();
    helper::sleep_until_killed();
  }
  ::waitpid(between, nullptr, 0);
  pid_t orphan = 0;
  if (::read(orphaned[0], &orphan, sizeof orphan) != sizeof orphan) helper::give_up();
  helper::say(fmt::format("ready {}\n", orphan));
  helper::sleep_until_killed();
}
