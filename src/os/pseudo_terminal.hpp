// A terminal of our own making: the command sits at its slave, we hold its master.
#pragma once

#include <sys/types.h>

#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

struct WindowSize {
  unsigned short rows = 24;
  unsigned short columns = 80;
  unsigned short width = 0;  // in pixels, where known
  unsigned short height = 0;
  bool operator==(const WindowSize&) const = default;
};

struct PseudoTerminal {
  UniqueFd master;
  UniqueFd slave;
};

// A new pair, of the kernel's default modes and this size. It becomes nobody's controlling terminal by this.
model::Result<PseudoTerminal> open_pseudo_terminal(const WindowSize& size);

// Of the first of 1, 2 and 0 that is a terminal and knows its size; 80x24 where none does.
WindowSize window_size_around();

// The slave of a master, opened once more; none where that is gone.
UniqueFd open_slave(int master);

// Of a master: whoever is in the foreground gets WINCH, where the size is another.
void resize(int master, const WindowSize& size);

// The process group in the foreground; of a master, that at its slave. 0 where there is none or it may not be known.
pid_t foreground_group(int terminal);

}  // namespace oversee::os
