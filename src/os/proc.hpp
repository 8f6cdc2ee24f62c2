// Whether /proc is ours. This is the only source of paths below /proc/PID: a /proc of another PID namespace shows other
// processes under our numbers, so nothing is read there, and nobody is signalled because of it.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>

#include "model/proc_view.hpp"

namespace oversee::os {

// What this process sees. Found out at the first call, in some microseconds; it does not change afterwards, because
// neither a process's PID namespace nor its number does.
model::ProcView proc_view();

inline bool proc_is_ours() { return model::has_our_numbers(proc_view()); }
// Whether what is not seen there does not exist.
inline bool proc_shows_all() { return proc_view() == model::ProcView::all; }

// "/proc/PID/FILE"; empty where /proc is not ours, so that opening it fails with ENOENT.
std::string proc_path(pid_t pid, std::string_view file);

// Judges what was read for process `self`: the target of /proc/self, and the text of /proc/self/status. Its "NSpid:"
// has one number for each PID namespace from that of the mount down to ours (proc_pid_status(5), since Linux 4.1).
model::ProcView judge_proc(std::string_view link, std::string_view status, pid_t self);

// Whether the proc file system at /proc, by the text of /proc/self/mountinfo, hides other users' processes from a
// process that is in these groups (hidepid= and gid=, proc(5)).
bool hides_processes(std::string_view mountinfo, std::span<const gid_t> groups);

// A path by which this program can be executed once more: the running binary itself, even where its file was replaced
// (/proc/self/exe); without /proc, the name that it was executed by (AT_EXECFN, getauxval(3)).
const std::string& own_executable();

}  // namespace oversee::os
