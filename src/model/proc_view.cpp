// Words for the views of /proc.
#include "model/proc_view.hpp"

#include <fmt/format.h>

namespace oversee::model {

std::string_view to_string(ProcView view) {
  switch (view) {
    case ProcView::all: return "all";
    case ProcView::own_user: return "own_user";
    case ProcView::foreign: return "foreign";
    case ProcView::absent: return "absent";
  }
  return "";
}

std::string_view describe(ProcView view) {
  switch (view) {
    case ProcView::all: return "";
    case ProcView::own_user: return "/proc hides other users' processes (hidepid)";
    case ProcView::foreign: return "/proc belongs to another PID namespace";
    case ProcView::absent: return "there is no /proc";
  }
  return "";
}

std::string unkept_limit(std::string_view option, ProcView view) {
  const std::string_view mount = has_our_numbers(view) ? "" : "mount this PID namespace's /proc, or ";
  return fmt::format(
      "{} cannot be kept: {} and no cgroup holds the command; {}start oversee in a cgroup that is "
      "delegated to it",
      option, describe(view), mount);
}

}  // namespace oversee::model
