// How much of its own tree a process sees in /proc, and which promises that rules out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oversee::model {

// Same names as in the JSON summary.
enum class ProcView : std::uint8_t {
  all,       // every process of the tree, under its own pid
  own_user,  // hidepid (proc(5)): a process that changed its user is hidden
  foreign,   // /proc belongs to another PID namespace: its pids name other processes
  absent,    // /proc is missing or unreadable
};
std::string_view to_string(ProcView view);

// Whether a pid in this /proc names the same process for us.
constexpr bool has_our_numbers(ProcView view) { return view == ProcView::all || view == ProcView::own_user; }

// "/proc belongs to another PID namespace"; empty for ProcView::all.
std::string_view describe(ProcView view);

// Explains why a command is not run with a limit that needs /proc or a cgroup; the option is "--max-memory".
std::string unkept_limit(std::string_view option, ProcView view);

}  // namespace oversee::model
