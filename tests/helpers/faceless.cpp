// faceless NAME: leaves an orphan with a NAME, but without a command line in /proc; exits 0.
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>

#include "helper.hpp"

namespace {

bool has_command_line() {
  const int file = ::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  char byte = 0;
  const bool found = ::read(file, &byte, 1) > 0;
  ::close(file);
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 2) helper::give_up();
  int in_place[2];
  if (::pipe(in_place) != 0) helper::give_up();
  const pid_t child = ::fork();
  if (child < 0) helper::give_up();
  if (child > 0) {
    ::close(in_place[1]);
    char byte = 0;
    (void)!::read(in_place[0], &byte, 1);
    return 0;
  }
  ::setsid();
  ::prctl(PR_SET_NAME, argv[1]);
  // Without its first thread a process has no memory from which /proc could read a command line; the name stays.
  static const int ready = in_place[1];
  pthread_t other;
  const auto live_on = [](void*) -> void* {
    while (has_command_line()) ::usleep(100);
    helper::say("x", ready);
    helper::sleep_until_killed();
  };
  if (pthread_create(&other, nullptr, live_on, nullptr) != 0) helper::give_up();
  pthread_exit(nullptr);
}
