// crowd COUNT: COUNT processes, each in its own session, every second one an orphan; prints "ready" when all exist.
#include <sys/wait.h>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  int in_place[2];
  if (argc != 2 || ::pipe(in_place) != 0) helper::give_up();
  const int count = helper::number(argv[1]);
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child < 0) helper::give_up();
    if (child == 0) {
      ::setsid();
      if (i % 2 == 1 && ::fork() != 0) ::_exit(0);
      helper::say("x", in_place[1]);
      helper::sleep_until_killed();
    }
    if (i % 2 == 1) ::waitpid(child, nullptr, 0);
  }
  char byte = 0;
  for (int i = 0; i < count; ++i) {
    if (::read(in_place[0], &byte, 1) != 1) helper::give_up();
  }
  helper::say("ready\n");
  helper::sleep_until_killed();
}
