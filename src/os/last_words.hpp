// What this process says when it cannot go on at all.
#pragma once

#include <string_view>

namespace oversee::os {

// From here on an error that nobody handles (an exception, an abort of libuv's or libc's) ends this process with a
// sentence on stderr and the given exit code, in place of a core file.
// Writes one line to stderr and ends the process, after a second at the latest, whether anybody reads the line or not.
// Async-signal-safe, and without memory. For where nothing else of this program can run: between fork and exec, and in
// a guard; everybody else asks the console.
[[noreturn]] void end_saying(std::string_view line, int exit_code);

void say_last_words(int exit_code);

}  // namespace oversee::os
