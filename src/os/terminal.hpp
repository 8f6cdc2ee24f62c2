// What is known of the caller's terminal. Its modes are in terminal_modes.hpp.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace oversee::os {

// Whether this process has a controlling terminal, and with it a shell that may do job control.
bool has_controlling_terminal();

// Whether standard input is a terminal that hands over keys one by one: an editor or a line editor reads it.
bool reads_keys();

// How wide the terminal behind it is; 80 where that is not known.
std::size_t terminal_columns(int fd);

// Whether it is a terminal on which a newline alone goes straight down: another terminal's output is shown on it.
bool needs_carriage_returns(int fd);

// The number of the device behind it.
dev_t device_of(int terminal);

// Whether it is our controlling terminal.
bool is_own_terminal(int terminal);

// Puts our group into the terminal's foreground, if the group that is there has no process left.
void take_foreground_from_dead(int terminal);

// Whether it is our controlling terminal and our group is in its foreground: only then its keys are meant for us.
bool in_foreground(int terminal);
// Whether it is that, and another group is in its foreground.
bool is_in_background(int terminal);

}  // namespace oversee::os
