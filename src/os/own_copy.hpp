// Starts oversee itself once more, as a child that ends with us.
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

// Its argv is made from the number of the descriptor that it answers to. It has our standard streams, or /dev/null as
// its first, and the signal state that is given. When this process dies, it is sent a TERM.
model::Result<OwnCopy> start_own_copy(const std::function<std::vector<std::string>(int answer)>& argv,
                                      const SignalState& signals, bool null_input);

// Waits for its end; returns what it ended with, as a shell shows it in $?.
int wait_for(const OwnCopy& copy);

}  // namespace oversee::os
