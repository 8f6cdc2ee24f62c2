// The last message of a process that cannot continue.
#pragma once

#include <string_view>

namespace oversee::os {

// Writes one line to stderr and ends the process, after one second at the latest, whether or not the line is read.
// Async-signal-safe; allocates nothing. Only for code that cannot use the console: between fork and exec, and in the
// guard.
[[noreturn]] void end_saying(std::string_view line, int exit_code);

// From now on an unhandled error (an exception, an abort of libuv or the C library) ends this process with a message on
// stderr and the given exit code, without a core file.
void say_last_words(int exit_code);

// From now on a thread that aborts waits for the end of the process, which the main thread brings about: after all
// descriptors are closed, libuv aborts a thread that uses one.
void wait_instead_of_abort();

}  // namespace oversee::os
