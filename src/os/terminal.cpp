// Thin wrappers around system calls on the terminal.
#include "os/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "os/descriptor.hpp"

namespace oversee::os {

bool has_controlling_terminal() {
  return static_cast<bool>(UniqueFd(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)));
}

bool reads_keys() {
  termios modes{};
  return ::tcgetattr(STDIN_FILENO, &modes) == 0 && (modes.c_lflag & ICANON) == 0;
}

std::size_t terminal_columns(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return 80;
  return size.ws_col;
}

bool needs_carriage_returns(int fd) {
  termios modes{};
  return ::tcgetattr(fd, &modes) == 0 && (modes.c_oflag & OPOST) == 0;
}

dev_t device_of(int terminal) {
  struct stat status {};
  return ::fstat(terminal, &status) == 0 ? status.st_rdev : 0;
}

bool is_own_terminal(int terminal) { return ::tcgetpgrp(terminal) >= 0; }

void take_foreground_from_dead(int terminal) {
  const pid_t group = ::tcgetpgrp(terminal);
  if (group <= 0 || group == ::getpgrp() || ::kill(-group, 0) == 0 || errno != ESRCH) return;
  sigset_t output_stop;
  sigset_t before;
  sigemptyset(&output_stop);
  sigaddset(&output_stop, SIGTTOU);
  sigprocmask(SIG_BLOCK, &output_stop, &before);
  (void)::tcsetpgrp(terminal, ::getpgrp());
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

bool in_foreground(int terminal) { return ::tcgetpgrp(terminal) == ::getpgrp(); }

}  // namespace oversee::os
