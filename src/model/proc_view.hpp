// What a process sees of its own tree in /proc, and what cannot be promised because of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oversee::model {

// The words are those of the JSON summary.
enum class ProcView : std::uint8_t {
  all,       // every process of the tree, under its own number
  own_user,  // hidepid (proc(5)): a process that changed its user is hidden
  foreign,   // /proc belongs to another PID namespace: its numbers name other processes
  absent,    // there is no /proc, or it cannot be read
};
std::string_view to_string(ProcView view);

// Whether a process's number there names that process here.
constexpr bool has_our_numbers(ProcView view) { return view == ProcView::all || view == ProcView::own_user; }

// "/proc belongs to another PID namespace"; empty where it shows all.
std::string_view describe(ProcView view);

// Why a command is not run with a limit that needs /proc or a cgroup; the option is "--max-memory".
std::string unkept_limit(std::string_view option, ProcView view);

}  // namespace oversee::model
