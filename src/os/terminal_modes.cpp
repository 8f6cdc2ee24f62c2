// Reads and sets terminal modes (termios(3)).
#include "os/terminal_modes.hpp"

#include <unistd.h>

#include <csignal>
#include <cstring>

namespace oversee::os {

std::optional<TerminalModes> TerminalModes::of(int fd) {
  termios modes{};
  if (::tcgetattr(fd, &modes) != 0) return {};
  return TerminalModes(modes);
}

std::optional<TerminalModes> TerminalModes::from_bytes(std::string_view bytes) {
  termios modes{};
  if (bytes.size() != sizeof modes) return {};
  std::memcpy(&modes, bytes.data(), sizeof modes);
  return TerminalModes(modes);
}

std::string TerminalModes::bytes() const { return {reinterpret_cast<const char*>(&modes_), sizeof modes_}; }

bool TerminalModes::apply(int fd) const {
  sigset_t output_stop;
  sigset_t before;
  sigemptyset(&output_stop);
  sigaddset(&output_stop, SIGTTOU);
  sigprocmask(SIG_BLOCK, &output_stop, &before);
  const bool done = ::tcsetattr(fd, TCSANOW, &modes_) == 0;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return done;
}

TerminalModes TerminalModes::raw() const {
  TerminalModes modes = *this;
  ::cfmakeraw(&modes.modes_);
  modes.modes_.c_cc[VMIN] = 1;
  modes.modes_.c_cc[VTIME] = 0;
  return modes;
}

TerminalModes TerminalModes::unprocessed() const {
  TerminalModes modes = *this;
  modes.modes_.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  return modes;
}

TerminalModes TerminalModes::for_data() const {
  TerminalModes modes = *this;
  modes.modes_.c_iflag &= ~static_cast<tcflag_t>(IXON | IXOFF | IXANY | ICRNL | INLCR | IGNCR | ISTRIP | IMAXBEL);
  modes.modes_.c_lflag &= ~static_cast<tcflag_t>(ISIG | IEXTEN | ECHO | ECHOE | ECHOK | ECHONL | ECHOCTL | ECHOKE);
  modes.modes_.c_lflag |= ICANON;
  for (const int key : {VERASE, VKILL, VEOL, VEOL2}) modes.modes_.c_cc[key] = _POSIX_VDISABLE;
  return modes;
}

std::optional<model::Signal> TerminalModes::signal_of(char key) const {
  const auto code = static_cast<cc_t>(key);
  if ((modes_.c_lflag & ISIG) == 0 || code == _POSIX_VDISABLE) return {};
  if (code == modes_.c_cc[VINTR]) return SIGINT;
  if (code == modes_.c_cc[VQUIT]) return SIGQUIT;
  return {};
}

// The EOF key submits the typed text. At the start of a line it submits zero bytes, which means end of file
// (termios(3)).
std::string TerminalModes::end_of_input(bool at_line_start) const {
  const cc_t key = modes_.c_cc[VEOF];
  if (key == _POSIX_VDISABLE) return {};
  return std::string(at_line_start ? 1 : 2, static_cast<char>(key));
}

bool TerminalModes::left_behind_on(int fd) const {
  const auto now = of(fd);
  return now && !now->same_flags(*this) && (now->same_flags(raw()) || now->same_flags(unprocessed()));
}

bool TerminalModes::operator==(const TerminalModes& other) const {
  return same_flags(other) && std::memcmp(modes_.c_cc, other.modes_.c_cc, sizeof modes_.c_cc) == 0;
}

bool TerminalModes::same_flags(const TerminalModes& other) const {
  return modes_.c_iflag == other.modes_.c_iflag && modes_.c_oflag == other.modes_.c_oflag &&
         modes_.c_cflag == other.modes_.c_cflag && modes_.c_lflag == other.modes_.c_lflag;
}

}  // namespace oversee::os
