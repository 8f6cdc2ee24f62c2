// make_processes N: starts N sleeping children, prints "ready" when all exist, and sleeps.
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
