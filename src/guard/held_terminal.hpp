// The terminal of oversee's user in the guard's hands: put right where the front went without doing so.
#pragma once

#include <optional>
#include <string_view>

#include "os/descriptor.hpp"
#include "os/terminal_modes.hpp"

namespace oversee::guard {

class HeldTerminal {
 public:
  // The descriptor is -1 where there is none.
  explicit HeldTerminal(int terminal) : terminal_(terminal) {}

  // What it is to be set to; empty: nothing, the front has seen to it.
  void hold(std::string_view modes) { modes_ = os::TerminalModes::from_bytes(modes); }
  bool held() const { return modes_.has_value(); }

  // The shell is quick to take its terminal back: what is no longer as the front left it is the shell's.
  void restore() {
    if (modes_ && modes_->left_behind_on(terminal_.get())) modes_->apply(terminal_.get());
    modes_.reset();
  }

 private:
  os::UniqueFd terminal_;
  std::optional<os::TerminalModes> modes_;
};

}  // namespace oversee::guard
