// What this process says when it cannot go on at all.
#pragma once

namespace oversee::os {

// From here on an error that nobody handles (an exception, an abort of libuv's or libc's) ends this process with a
// sentence on stderr and the given exit code, in place of a core file.
void say_last_words(int exit_code);

}  // namespace oversee::os
