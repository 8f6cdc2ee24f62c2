// fork_in_threads COUNT: COUNT threads that stay alive, each with a child in its own session; prints "ready" when all
// children exist.
#include <pthread.h>

#include "helper.hpp"

namespace {

int in_place[2];

void* with_child(void*) {
  const pid_t child = ::fork();
  if (child < 0) helper::give_up();
  if (child == 0) {
    ::setsid();
    helper::say("x", in_place[1]);
    helper::sleep_until_killed();
  }
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 2 || ::pipe(in_place) != 0) helper::give_up();
  const int count = helper::number(argv[1]);
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, with_child, nullptr) != 0) helper::give_up();
  }
  char byte = 0;
  for (int i = 0; i < count; ++i) {
    if (::read(in_place[0], &byte, 1) != 1) helper::give_up();
  }
  helper::say("ready\n");
  helper::sleep_until_killed();
}
