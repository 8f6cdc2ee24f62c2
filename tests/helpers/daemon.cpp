// daemon stay|CODE: leaves an orphan in its own session, prints "ready PID" with its pid, then stays or exits with
// CODE.
#include <fmt/format.h>

#include <string_view>

#include "helper.hpp"

int main(int argc, char** argv) {
  helper::bound_life();
  if (argc != 2) helper::give_up();
  int orphaned[2];
  if (::pipe(orphaned) != 0) helper::give_up();
  const pid_t between = ::fork();
  if (between < 0) helper::give_up();
  if (between == 0) {
    ::setsid();
    const pid_t parent = ::getpid();
    const pid_t daemon = ::fork();
    if (daemon != 0) ::_exit(0);
    ::close(orphaned[0]);
    while (::getppid() == parent) ::usleep(100);
    const pid_t self = ::getpid();
    if (::write(orphaned[1], &self, sizeof self) != sizeof self) helper::give_up();
    ::close(orphaned[1]);
    helper::sleep_until_killed();
  }
  pid_t daemon = 0;
  if (::read(orphaned[0], &daemon, sizeof daemon) != sizeof daemon) helper::give_up();
  helper::say(fmt::format("ready {}\n", daemon));
  if (std::string_view(argv[1]) == "stay") helper::sleep_until_killed();
  return helper::number(argv[1]);
}
