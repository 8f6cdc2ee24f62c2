// Terminal modes: reads them, derives the modes that a supervisor needs, and decides whether to restore them.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

#include "model/signal_name.hpp"

namespace oversee::os {

class TerminalModes {
 public:
  // None if it is not a terminal. For the master of a pseudo-terminal these are the slave's modes.
  static std::optional<TerminalModes> of(int fd);

  // Serialization for messages; from_bytes() fails if the size is wrong.
  static std::optional<TerminalModes> from_bytes(std::string_view bytes);
  std::string bytes() const;

  bool operator==(const TerminalModes& other) const;

  // Applies the modes immediately and discards no input. Works from the background too: TTOU is blocked meanwhile.
  bool apply(int fd) const;

  // Passes every key and every output byte through unchanged: for the caller's terminal while the command uses its own.
  TerminalModes raw() const;
  // Processes keys as before but passes output through: while the command's last output is still being shown.
  TerminalModes unprocessed() const;
  // For piped input: no echo, and no special characters except end of file.
  TerminalModes for_data() const;

  // The signal that the key raises; none for an ordinary key.
  std::optional<model::Signal> signal_of(char key) const;
  // Whether input is delivered by lines (canonical mode).
  bool by_line() const { return (modes_.c_lflag & ICANON) != 0; }
  // The characters that end the input when typed; empty if the EOF key is disabled.
  std::string end_of_input(bool at_line_start) const;

  // Whether the terminal still has the modes that raw() or unprocessed() set, so that they should be restored.
  bool left_behind_on(int fd) const;

 private:
  explicit TerminalModes(const termios& modes) : modes_(modes) {}
  bool same_flags(const TerminalModes& other) const;

  termios modes_;
};

}  // namespace oversee::os
