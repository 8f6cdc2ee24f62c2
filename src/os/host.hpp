// Where and as whom this process runs.
#pragma once

#include <string>

namespace oversee::os {

std::string host_name();
std::string current_directory();
// $TMPDIR, else /tmp.
std::string temporary_directory();
unsigned user_id();
int process_id();
int parent_process_id();

// As ps -o comm shows it; at most 15 letters count (prctl(2)).
void name_this_process(const char* name);

// Ahead of every ordinary process at the processor, where that is allowed (CAP_SYS_NICE, CAP_SYS_ADMIN): both within
// the session and, as the kernel shares out by sessions first (autogroups, sched(7)), among sessions.
void take_precedence();

}  // namespace oversee::os
