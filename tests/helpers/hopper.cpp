// hopper CHAINS JUMPS PAUSE_US: chains in which each process forks and exits at once, and its child continues in a new
// session, so that a listed process is gone before it can be killed. Prints "ready" once all chains have jumped. A
// chain has no fixed process to signal and outruns its alarms: it ends when its working directory is removed, and by
// itself after a minute.
#include <limits.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "helper.hpp"

namespace {

std::atomic<int>* have_jumped;  // number of chains that have jumped; shared by all

[[noreturn]] void hop(int jumps, int pause_us) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(helper::kLongestLife);
  char here[PATH_MAX];
  for (bool first = true; jumps > 0 && std::chrono::steady_clock::now() < end; --jumps) {
    if (::getcwd(here, sizeof here) == nullptr) break;
    helper::bound_life();
    ::setsid();
    if (pause_us > 0) ::usleep(static_cast<useconds_t>(pause_us));
    const pid_t before = ::getpid();
    if (::fork() != 0) ::_exit(0);
    if (!std::exchange(first, false)) continue;
    while (::getppid() == before) ::usleep(100);
    ++*have_jumped;
  }
  ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 4) helper::give_up();
  const int jumps = helper::number(argv[2]);
  const int pause_us = helper::number(argv[3]);
  have_jumped = &helper::shared_counter();
  const int chains = helper::number(argv[1]);
  for (int i = 0; i < chains; ++i) {
    const pid_t chain = ::fork();
    if (chain < 0) helper::give_up();
    if (chain == 0) hop(jumps, pause_us);
  }
  while (*have_jumped < chains) ::usleep(1000);
  helper::say("ready\n");
  helper::sleep_until_killed();
}
