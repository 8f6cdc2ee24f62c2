// Decides whether /proc belongs to this PID namespace. This is the only source of paths below /proc/PID: under a /proc
// of another PID namespace our process ids denote other processes, so nothing is read there and no signal is sent
// because of it.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>

#include "model/proc_view.hpp"

namespace oversee::os {

// What this process sees in /proc. Determined on the first call, in some microseconds; it cannot change, because a
// process keeps its PID namespace and process id.
model::ProcView proc_view();

inline bool proc_is_ours() { return model::has_our_numbers(proc_view()); }
// Whether a process that is not in /proc does not exist.
inline bool proc_shows_all() { return proc_view() == model::ProcView::all; }

// Returns "/proc/PID/FILE"; empty if /proc is not ours, so that opening it fails with ENOENT.
std::string proc_path(pid_t pid, std::string_view file);

// Judges the target of /proc/self and the text of /proc/self/status, read for process `self`. The line "NSpid:" lists
// one id per PID namespace, from the mount's down to ours (proc_pid_status(5), since Linux 4.1).
model::ProcView judge_proc(std::string_view link, std::string_view status, pid_t self);

// Whether /proc hides other users' processes from a process with these groups (hidepid= and gid=, proc(5)), according
// to the text of /proc/self/mountinfo.
bool hides_processes(std::string_view mountinfo, std::span<const gid_t> groups);

// A path that executes this program again: /proc/self/exe, which works even after the file was replaced; without /proc,
// the name it was executed by (AT_EXECFN, getauxval(3)).
const std::string& own_executable();

}  // namespace oversee::os
