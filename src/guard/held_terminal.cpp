// Restores the modes and the screen of the user's terminal.
#include "guard/held_terminal.hpp"

#include <unistd.h>

#include <utility>

#include "os/process_stat.hpp"

namespace oversee::guard {
namespace {

// The guard must not wait for a terminal with stopped output.
constexpr auto kWriteBound = std::chrono::milliseconds(50);

}  // namespace

HeldTerminal::HeldTerminal(int terminal) : terminal_(terminal) {
  if (!terminal_) return;
  if (const auto front = os::process_stat(::getppid())) shell_ = front->parent;
}

void HeldTerminal::hold(const HoldTerminal& held) {
  modes_ = os::TerminalModes::from_bytes(held.modes);
  shared_ = held.shared;
  if (held.group > 0) group_ = held.group;
}

// Whether oversee's job is in the foreground. If the shell has taken its terminal back, the modes are the shell's.
bool HeldTerminal::is_groups() const {
  const auto shell = os::process_stat(shell_);
  return shell && shell->foreground > 0 && shell->foreground == group_;
}

// Whether the foreground group is neither oversee's job nor the shell that started it.
bool HeldTerminal::is_anothers() const {
  const auto shell = os::process_stat(shell_);
  return shell && shell->foreground > 0 && shell->foreground != group_ && shell->foreground != shell->group;
}

void HeldTerminal::restore(bool tree_is_gone) {
  if (modes_ && (!shared_ || tree_is_gone)) {
    // The shell may have taken its terminal back already: modes that differ from the front's are the shell's.
    if (shared_ ? is_groups() : modes_->left_behind_on(terminal_.get())) modes_->apply(terminal_.get());
    modes_.reset();
  }
  if (!tree_is_gone) return;
  if (!undo_.empty() && !is_anothers()) write_undo();
  undo_.clear();
}

void HeldTerminal::write_undo() const {
  if (os::wait_writable(terminal_.get(), kWriteBound)) (void)::write(terminal_.get(), undo_.data(), undo_.size());
}

}  // namespace oversee::guard
