// Becomes many: make_processes N; has N children that sleep, says "ready" when all are there, and sleeps.
#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  constexpr int kMost = 300;
  if (argc != 2 || helper::number(argv[1]) > kMost) helper::give_up();
  for (int i = 0; i < helper::number(argv[1]); ++i) {
    if (::fork() == 0) helper::sleep_until_killed();
  }
  helper::say("ready\n");
  helper::sleep_until_killed();
}
