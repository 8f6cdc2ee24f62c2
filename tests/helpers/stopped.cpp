// stopped COUNT: COUNT children that have stopped themselves; prints "ready" once all have.
#include <sys/wait.h>

#include <csignal>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 2) helper::give_up();
  for (int i = helper::number(argv[1]); i > 0; --i) {
    const pid_t child = ::fork();
    if (child < 0) helper::give_up();
    if (child == 0) {
      ::setsid();
      helper::bound_life();
      ::raise(SIGSTOP);
      helper::sleep_until_killed();
    }
    int status = 0;
    if (::waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status)) helper::give_up();
  }
  helper::say("ready\n");
  helper::sleep_until_killed();
}
