// A pseudo-terminal for the command: the command uses the slave, oversee holds the master.
#pragma once

#include <sys/types.h>

#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

struct WindowSize {
  unsigned short rows = 24;
  unsigned short columns = 80;
  unsigned short width = 0;  // in pixels; 0: unknown
  unsigned short height = 0;
  bool operator==(const WindowSize&) const = default;
};

struct PseudoTerminal {
  UniqueFd master;
  UniqueFd slave;
};

// Opens a new pair with the kernel's default modes and the given size. Makes it no process's controlling terminal.
model::Result<PseudoTerminal> open_pseudo_terminal(const WindowSize& size);

// The size of the first of descriptors 1, 2 and 0 that is a terminal and knows its size; otherwise 80x24.
WindowSize window_size_around();

// Opens the slave of a master again; none if the slave is gone.
UniqueFd open_slave(int master);

// Sets the size through the master. The kernel sends WINCH to the foreground group if the size has changed.
void resize(int master, const WindowSize& size);

// The foreground process group; of a master, the slave's. 0 if no group is in the foreground or it may not be read.
pid_t foreground_group(int terminal);

}  // namespace oversee::os
