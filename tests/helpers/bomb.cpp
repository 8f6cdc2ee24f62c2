// bomb CAP: starts CAP/2 processes, each in its own session and ignoring TERM. Each starts a new process whenever one
// of its children dies, until CAP have been started. Prints "ready" once the first half runs.
#include <sys/wait.h>

#include <atomic>
#include <csignal>

#include "helper.hpp"

namespace {

std::atomic<int>* started;  // shared by the whole tree
int cap;

bool may_start(int most) {
  if (started->fetch_add(1) < most) return true;
  started->fetch_sub(1);
  return false;
}

[[noreturn]] void grow() {
  helper::bound_life();
  ::setsid();
  for (int most = cap / 2; may_start(most); most = cap) {
    const pid_t child = ::fork();
    if (child == 0) grow();
    if (child > 0) ::waitpid(child, nullptr, 0);
  }
  helper::sleep_until_killed();
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 2) helper::give_up();
  cap = helper::number(argv[1]);
  std::signal(SIGTERM, SIG_IGN);
  started = &helper::shared_counter();
  if (::fork() == 0) grow();
  while (*started < cap / 2) ::usleep(1000);
  helper::say("ready\n");
  helper::sleep_until_killed();
}
