// Runs file system work before the command starts in a side process, so that a file system that does not respond fails
// in time and a signal ends the wait.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "model/duration.hpp"
#include "model/failure.hpp"
#include "os/side_process.hpp"
#include "os/signals.hpp"

namespace oversee::os {

// How long a file system may take if the run has no limit of its own.
inline constexpr auto kFileBound = std::chrono::seconds(5);

// Does the work in a side process and waits for it. The failure names the file that does not respond; then this process
// must call leave_files() before it ends, and what `work` refers to must exist until then. TERM, INT, HUP and QUIT end
// this process during the wait, unless the caller ignores or blocks them. Only for the main thread.
model::Result<void> do_beside(const std::function<void()>& work, model::Duration bound, const SignalState& caller);

// Must be called before _exit(2): if a side process hangs, it closes our descriptors there.
void leave_files();

// What an errno means for a file that is written by a side process (run/aside_sink.hpp): ETIMEDOUT and ECHILD are about
// the side process.
std::string describe_write_error(int error);

}  // namespace oversee::os
