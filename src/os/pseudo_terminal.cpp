// Creates pseudo-terminals (pty(7)).
#include "os/pseudo_terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace oversee::os {
namespace {

winsize to_winsize(const WindowSize& size) { return {size.rows, size.columns, size.width, size.height}; }

}  // namespace

// TIOCGPTPEER works even if /dev/pts is another mount; kernels before 4.13 need the name.
UniqueFd open_slave(int master) {
  constexpr int kFlags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  const int slave = ::ioctl(master, TIOCGPTPEER, kFlags);
  if (slave >= 0) return UniqueFd(slave);
  char name[128];
  if (const int error = ::ptsname_r(master, name, sizeof name); error != 0) {
    errno = error;
    return {};
  }
  return UniqueFd(::open(name, kFlags));
}

model::Result<PseudoTerminal> open_pseudo_terminal(const WindowSize& size) {
  const auto failed = [] { return std::unexpected(model::Failure{"make a terminal (--pty)", errno, {}, {}}); };
  PseudoTerminal pair;
  pair.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pair.master) return failed();
  if (::grantpt(pair.master.get()) != 0 || ::unlockpt(pair.master.get()) != 0) return failed();
  pair.slave = open_slave(pair.master.get());
  if (!pair.slave) return failed();
  resize(pair.master.get(), size);
  return pair;
}

WindowSize window_size_around() {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO}) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row != 0 && size.ws_col != 0) {
      return {size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel};
    }
  }
  return {};
}

void resize(int master, const WindowSize& size) {
  const winsize wanted = to_winsize(size);
  (void)::ioctl(master, TIOCSWINSZ, &wanted);
}

pid_t foreground_group(int terminal) {
  const pid_t group = ::tcgetpgrp(terminal);
  return group > 0 ? group : 0;
}

}  // namespace oversee::os
