// The terminal of oversee's user in the guard's hands: put right where the front went without doing so.
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
  // The descriptor is -1 where there is none.
  explicit HeldTerminal(int terminal);

  // What it is to be set to; empty: nothing, the front has seen to it.
  void hold(const HoldTerminal& held);
  void hold(const HoldScreen& held) { undo_ = held.undo; }
  bool held() const { return modes_.has_value() || !undo_.empty(); }

  // The front is gone. Modes that the front has set are put back at once; those that the command shares, and the
  // screen, once the command cannot change them any more.
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
