// become_root: as a setuid program of root's, becomes root altogether, so that no signal of its caller's reaches it;
// says "ready PID" and stays. TERM it heeds, from whoever may send it.
#include <fmt/format.h>

#include "helper.hpp"

int main() {
  helper::bound_life();
  if (::setresuid(0, 0, 0) != 0) helper::give_up();
  helper::say(fmt::format("ready {}\n", ::getpid()));
  helper::sleep_until_killed();
}
