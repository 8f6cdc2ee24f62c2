// burn_cpu MILLISECONDS [CHILDREN [unseen]]: uses CPU time in this process, or in CHILDREN one after the other, each of
// which exits and is reaped. With unseen the kernel reaps them, so wait() reports no usage. Prints "done" at the end.
#include <sys/wait.h>
#include <time.h>

#include <csignal>

#include "helper.hpp"

namespace {

void burn(long milliseconds) {
  timespec used{};
  do {
    for (volatile int i = 0; i < 10000;) i = i + 1;
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  } while (used.tv_sec * 1000 + used.tv_nsec / 1'000'000 < milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc < 2) helper::give_up();
  const long milliseconds = helper::number(argv[1]);
  const int children = argc > 2 ? helper::number(argv[2]) : 0;
  if (argc > 3) std::signal(SIGCHLD, SIG_IGN);
  for (int i = 0; i < children; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      helper::bound_life();
      burn(milliseconds);
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
  if (children == 0) burn(milliseconds);
  helper::say("done\n");
}
