// Host, directory and user of this process.
#pragma once

#include <string>

namespace oversee::os {

std::string host_name();
std::string current_directory();
// $TMPDIR, else /tmp.
std::string temporary_directory();
unsigned user_id();
int process_id();

// Sets the name that `ps -o comm` shows; the kernel keeps 15 characters (prctl(2)).
void name_this_process(const char* name);

// Gives this process the highest scheduling priority, if permitted (CAP_SYS_NICE, CAP_SYS_ADMIN): within the session by
// its nice value, and between sessions by the autogroup's (sched(7)).
void take_precedence();

}  // namespace oversee::os
