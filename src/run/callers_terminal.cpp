// Saves and restores the terminal's modes.
#include "run/callers_terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "model/mechanism.hpp"
#include "os/terminal.hpp"

namespace oversee::run {

std::optional<CallersTerminal> CallersTerminal::find() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!os::TerminalModes::of(fd)) continue;
    auto copy = os::duplicate(fd);
    return copy ? std::optional(CallersTerminal(std::move(*copy))) : std::nullopt;
  }
  os::UniqueFd own(::open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return own ? std::optional(CallersTerminal(std::move(own))) : std::nullopt;
}

void CallersTerminal::remember() {
  // If our output is a pipe, its reader may be a pager, which has set its own modes.
  modes_ = os::is_channel(STDOUT_FILENO) ? std::nullopt : os::TerminalModes::of(fd());
  was_ours_ = os::in_foreground(fd());
  had_single_keys_ = false;
}

void CallersTerminal::put_back() {
  if (!modes_ || !model::works(model::Mechanism::terminal_is_put_back)) return;
  // A shell in the command may have put its job into the foreground and died before undoing that.
  if (was_ours_) os::take_foreground_from_dead(fd());
  if (was_ours_ && !os::in_foreground(fd())) return;
  if (!was_ours_ && os::is_own_terminal(fd())) return;
  const auto now = os::TerminalModes::of(fd());
  if (!now || *now == *modes_) return;
  had_single_keys_ = modes_->by_line() && !now->by_line();
  modes_->apply(fd());
}

}  // namespace oversee::run
