// Starts oversee again as a child, which ends with this process unless it detaches.
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
  UniqueFd answer;  // the read end of a pipe that the child writes to; end of file when the child ends
};

// The session and descriptors of the child. The descriptors remain open here. By default the child inherits the
// standard streams.
struct CopyPlace {
  bool null_input = false;
  bool null_output = false;
  int error_output = -1;     // becomes its stderr
  int more = -1;             // stays open there under the same number, whether or not it is CLOEXEC here
  bool own_session = false;  // without a controlling terminal
};

// `argv` receives the number of the child's end of the answer pipe. The child starts with the given signal state. The
// kernel sends it TERM when this process dies.
model::Result<OwnCopy> start_own_copy(const std::function<std::vector<std::string>(int answer)>& argv,
                                      const SignalState& signals, const CopyPlace& place);

// Detaches such a child: it survives its parent, and its standard streams become /dev/null, so that no reader waits for
// them.
void let_go_of_parent();

// Waits for the child and returns its exit status as the shell's $? shows it.
int wait_for(const OwnCopy& copy);

}  // namespace oversee::os
