// Threads that nobody waits for and that no signal is delivered to.
#pragma once

#include <functional>

namespace oversee::os {

// Runs the work in a thread of its own; false where there can be none: the user has as many as are allowed
// (setrlimit(2), RLIMIT_NPROC), or the system refuses them.
bool start_thread(std::function<void()> work);

}  // namespace oversee::os
