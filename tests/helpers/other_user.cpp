// other_user: installed setuid, becomes that user completely, so that its caller may not signal it; starts a new
// session and prints "ready PID".
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
