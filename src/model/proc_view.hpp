// What a process sees of its own tree in /proc; the words are those of the JSON summary.
#pragma once

#include <cstdint>
#include <string_view>

namespace oversee::model {

enum class ProcView : std::uint8_t {
  all,       // every process of the tree, under its own number
  own_user,  // hidepid (proc(5)): a process that changed its user is hidden
  foreign,   // /proc belongs to another PID namespace: its numbers name other processes
  absent,    // there is no /proc, or it cannot be read
};

constexpr std::string_view to_string(ProcView view) {
  switch (view) {
    case ProcView::all: return "all";
    case ProcView::own_user: return "own_user";
    case ProcView::foreign: return "foreign";
    case ProcView::absent: return "absent";
  }
  return "";
}

// Whether a process's number there names that process here.
constexpr bool has_our_numbers(ProcView view) { return view == ProcView::all || view == ProcView::own_user; }

}  // namespace oversee::model
