// sibling: creates a process that is its parent's child, not its own (CLONE_PARENT), in its own session and ignoring
// TERM; prints "ready PID" with its pid.
#include <fmt/format.h>
#include <sched.h>
#include <sys/syscall.h>

#include <csignal>

#include "helper.hpp"

int main() {
  helper::bound_life();
  int in_place[2];
  if (::pipe(in_place) != 0) helper::give_up();
  const long sibling = ::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (sibling < 0) helper::give_up();
  if (sibling == 0) {
    ::setsid();
    std::signal(SIGTERM, SIG_IGN);
    helper::say("x", in_place[1]);
    helper::sleep_until_killed();
  }
  char byte = 0;
  if (::read(in_place[0], &byte, 1) != 1) helper::give_up();
  helper::say(fmt::format("ready {}\n", sibling));
  helper::sleep_until_killed();
}
