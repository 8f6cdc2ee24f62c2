// The modes of a terminal: what they are, what a supervisor makes of them, and who may put them back.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

#include "model/signal_name.hpp"

namespace oversee::os {

class TerminalModes {
 public:
  // None where it is no terminal. Of a pseudo-terminal's master these are the slave's.
  static std::optional<TerminalModes> of(int fd);

  // As a message carries them; none where the size is not right.
  static std::optional<TerminalModes> from_bytes(std::string_view bytes);
  std::string bytes() const;

  bool operator==(const TerminalModes& other) const;

  // Sets them at once, discarding nothing; from the background as well, where a program is stopped otherwise.
  bool apply(int fd) const;

  // Every key is a byte, every byte of output is shown as it is: for a terminal behind which another one does the work.
  TerminalModes raw() const;
  // Keys as they were, output still as it is: for the time when what the other terminal printed is still being shown.
  TerminalModes unprocessed() const;
  // For input that nobody types: no echo, and no byte is a key but the one that ends the input.
  TerminalModes for_data() const;

  // The signal that the key raises; none where it is an ordinary one.
  std::optional<model::Signal> signal_of(char key) const;
  // Input is handed over line by line, not key by key.
  bool by_line() const { return (modes_.c_lflag & ICANON) != 0; }
  // What is to be typed to end the input; empty where no key does.
  std::string end_of_input(bool at_line_start) const;

  // Whether the terminal is as these modes' raw() or unprocessed() left it, and nobody has changed it since.
  bool left_behind_on(int fd) const;

 private:
  explicit TerminalModes(const termios& modes) : modes_(modes) {}
  bool same_flags(const TerminalModes& other) const;

  termios modes_;
};

}  // namespace oversee::os
