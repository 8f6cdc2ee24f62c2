// other_user: installed setuid, it becomes that user altogether, so that whoever started it may not signal it; goes to
// a session of its own and says "ready PID".
#include <fmt/format.h>

#include "helper.hpp"

int main() {
  helper::bound_life();
  const uid_t owner = ::geteuid();
  if (owner == ::getuid() || ::setresuid(owner, owner, owner) != 0) helper::give_up();
  ::setsid();
  helper::say(fmt::format("ready {}\n", ::getpid()));
  helper::sleep_until_killed();
}
