// The terminal that the command shares with oversee's caller: its modes before an attempt, and put back after one that
// did not end by itself.
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
  // The first of 0, 1 and 2 that is a terminal, else the one that controls us.
  static std::optional<CallersTerminal> find();

  int fd() const { return terminal_.get(); }
  // Of the last remember().
  const std::optional<os::TerminalModes>& modes() const { return modes_; }

  // An attempt is about to begin.
  void remember();

  // It was stopped, or died of a signal. Nothing is changed where another job has the terminal by now.
  void put_back();

  // Whether put_back() met a terminal that hands over single keys: a program had all of the screen, as a rule.
  bool had_single_keys() const { return had_single_keys_; }

 private:
  explicit CallersTerminal(os::UniqueFd terminal) : terminal_(std::move(terminal)) {}

  os::UniqueFd terminal_;
  std::optional<os::TerminalModes> modes_;
  bool was_ours_ = false;
  bool had_single_keys_ = false;
};

}  // namespace oversee::run
