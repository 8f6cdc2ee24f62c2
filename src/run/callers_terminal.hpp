// The terminal that the command shares with oversee's caller: saves its modes before an attempt, and restores them
// after an attempt that did not end by itself.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "model/outcome.hpp"
#include "os/descriptor.hpp"
#include "os/terminal_modes.hpp"

namespace oversee::run {

class CallersTerminal {
 public:
  // The first of 0, 1 and 2 that is a terminal; else our controlling terminal.
  static std::optional<CallersTerminal> find();

  int fd() const { return terminal_.get(); }
  // The modes at the last remember().
  const std::optional<os::TerminalModes>& modes() const { return modes_; }

  // Call before an attempt.
  void remember();

  // Call after an attempt that was stopped or died of a signal. Changes nothing if another job has the terminal by
  // then.
  void put_back();

  // Whether put_back() found the terminal delivering single keys: usually a full-screen program ran.
  bool had_single_keys() const { return had_single_keys_; }

 private:
  explicit CallersTerminal(os::UniqueFd terminal) : terminal_(std::move(terminal)) {}

  os::UniqueFd terminal_;
  std::optional<os::TerminalModes> modes_;
  bool was_ours_ = false;
  bool had_single_keys_ = false;
};

}  // namespace oversee::run
