// The user's terminal: restored by the guard if the front dies before doing so.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "guard/protocol.hpp"
#include "os/descriptor.hpp"
#include "os/terminal_modes.hpp"

namespace oversee::guard {

class HeldTerminal {
 public:
  // -1 if there is no terminal.
  explicit HeldTerminal(int terminal);

  // The modes to restore. Empty: the front has restored them itself.
  void hold(const HoldTerminal& held);
  void hold(const HoldScreen& held) { undo_ = held.undo; }
  bool held() const { return modes_.has_value() || !undo_.empty(); }

  // Call when the front is gone. Restores at once the modes that the front has set. Restores modes that the command
  // shares, and the screen, only when the tree is gone and cannot change them any more.
  void restore(bool tree_is_gone);

 private:
  bool is_groups() const;
  bool is_anothers() const;
  void write_undo() const;

  os::UniqueFd terminal_;
  pid_t shell_ = 0;  // the front's parent
  pid_t group_ = 0;  // the front's
  bool shared_ = false;
  std::optional<os::TerminalModes> modes_;
  std::string undo_;
};

}  // namespace oversee::guard
