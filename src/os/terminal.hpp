// Properties of the caller's terminal. For its modes see terminal_modes.hpp.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace oversee::os {

// Whether this process has a controlling terminal, and therefore possibly a shell with job control.
bool has_controlling_terminal();

// Whether standard input is a terminal in non-canonical mode: an editor or line editor is reading it.
bool reads_keys();

// The width of the terminal in columns; 80 if unknown.
std::size_t terminal_columns(int fd);

// Whether a newline alone does not return to the first column (no OPOST), as while another terminal's output is shown
// on it.
bool needs_carriage_returns(int fd);

// The device number of the terminal.
dev_t device_of(int terminal);

// Whether it is our controlling terminal.
bool is_own_terminal(int terminal);

// Makes our group the foreground group if the current one has no processes left.
void take_foreground_from_dead(int terminal);

// Whether it is our controlling terminal and our group is in the foreground: only then its keys are meant for us.
bool in_foreground(int terminal);

}  // namespace oversee::os
