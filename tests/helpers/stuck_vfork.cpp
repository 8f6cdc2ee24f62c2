// stuck_vfork: hangs in vfork, where only KILL ends it, because its child never executes a program. The child is in its
// own session, ignores TERM and prints "ready".
#include <sched.h>

#include <csignal>

#include "helper.hpp"

namespace {

alignas(16) char stack[64 * 1024];

int never_execute(void*) {
  ::setsid();
  std::signal(SIGTERM, SIG_IGN);
  helper::say("ready\n");
  helper::sleep_until_killed();
}

}  // namespace

int main() {
  helper::bound_life();
  ::clone(never_execute, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr);
  helper::give_up();
}
