// stuck_vfork: hangs in vfork, where no signal but KILL ends it, as its child never executes anything; the child is in
// a session of its own and deaf to TERM, and says "ready".
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
