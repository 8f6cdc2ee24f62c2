// hopper CHAINS JUMPS PAUSE_US: chains in which each process forks, exits and leaves the rest to its child, each in a
// session of its own: a process that was seen is gone before it can be killed. Says "ready" once all chains run. No
// alarm ends a chain, and nobody can signal one that got away: it ends when its working directory is removed, and by
// itself after a minute.
#include <limits.h>

#include <chrono>

#include "helper.hpp"

namespace {

[[noreturn]] void hop(int jumps, int pause_us) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(helper::kLongestLife);
  char here[PATH_MAX];
  for (; jumps > 0 && ::getcwd(here, sizeof here) != nullptr && std::chrono::steady_clock::now() < end; --jumps) {
    helper::bound_life();
    ::setsid();
    if (pause_us > 0) ::usleep(static_cast<useconds_t>(pause_us));
    if (::fork() != 0) ::_exit(0);
  }
  ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 4) helper::give_up();
  const int jumps = helper::number(argv[2]);
  const int pause_us = helper::number(argv[3]);
  for (int i = helper::number(argv[1]); i > 0; --i) {
    const pid_t chain = ::fork();
    if (chain < 0) helper::give_up();
    if (chain == 0) hop(jumps, pause_us);
  }
  helper::say("ready\n");
  helper::sleep_until_killed();
}
