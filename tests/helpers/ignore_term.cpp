// ignore_term CHILDREN: a process and its children that ignore TERM; prints "ready" once all do.
#include <csignal>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 2) helper::give_up();
  std::signal(SIGTERM, SIG_IGN);  // the children inherit it
  for (int i = helper::number(argv[1]); i > 0; --i) {
    const pid_t child = ::fork();
    if (child < 0) helper::give_up();
    if (child == 0) helper::sleep_until_killed();
  }
  helper::say("ready\n");
  helper::sleep_until_killed();
}
