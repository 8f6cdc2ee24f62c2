// What is known of the caller's terminal. No mode of it is ever changed here.
#pragma once

#include <cstddef>

namespace oversee::os {

// Whether this process has a controlling terminal, and with it a shell that may do job control.
bool has_controlling_terminal();

// Whether standard input is a terminal that hands over keys one by one: an editor or a line editor reads it.
bool reads_keys();

// How wide the terminal behind it is; 80 where that is not known.
std::size_t terminal_columns(int fd);

}  // namespace oversee::os
