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

// Where it is run, and what it has of our descriptors, all of which stay ours: the standard streams where nothing else
// is said.
struct CopyPlace {
  bool null_input = false;
  bool null_output = false;
  int error_output = -1;     // becomes its stderr
  int more = -1;             // is open there under the same number, CLOEXEC or not here
  bool own_session = false;  // without a controlling terminal
};

// Its argv is made from the number of the descriptor that it answers to. It has the signal state that is given. When
// this process dies, it is sent a TERM.
model::Result<OwnCopy> start_own_copy(const std::function<std::vector<std::string>(int answer)>& argv,
                                      const SignalState& signals, const CopyPlace& place);

// What such a child does to go on by itself: it does not end with its parent any more, and its standard streams are
// /dev/null, so that it holds up nobody who waits for their end.
void let_go_of_parent();

// Waits for its end; returns what it ended with, as a shell shows it in $?.
int wait_for(const OwnCopy& copy);

}  // namespace oversee::os
