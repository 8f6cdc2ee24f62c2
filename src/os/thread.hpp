// Detached threads that receive no signals.
#pragma once

#include <functional>

namespace oversee::os {

// Runs the work in a detached thread; false if none can be created because the user's limit is reached (setrlimit(2),
// RLIMIT_NPROC) or the system refuses.
bool start_thread(std::function<void()> work);

}  // namespace oversee::os
