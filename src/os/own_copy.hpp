// Starts oversee itself once more, as a child that ends with us, until it chooses not to.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "model/failure.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"

namespace oversee::os {

struct OwnCopy {
  pid_t pid = -1;
  UniqueFd answer;  // what it writes to the other end of it; at its end, so is this
};

struct OwnCopyPlace {
  bool null_input = false;   // /dev/null as its standard input, else ours
  bool own_session = false;  // without a controlling terminal
};

// Its argv is made from the number of the descriptor that it answers to. It has our standard streams, but for its input
// where that is asked for, and the signal state that is given. When this process dies, it is sent a TERM.
model::Result<OwnCopy> start_own_copy(const std::function<std::vector<std::string>(int answer)>& argv,
                                      const SignalState& signals, OwnCopyPlace place);

// What such a child does to go on by itself: it does not end with its parent any more, and its standard streams are
// /dev/null, so that it holds up nobody who waits for their end.
void let_go_of_parent();

// Waits for its end; returns what it ended with, as a shell shows it in $?.
int wait_for(const OwnCopy& copy);

}  // namespace oversee::os
