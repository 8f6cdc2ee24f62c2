// The table of runs, for `oversee list`.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "model/duration.hpp"

namespace oversee::report {

struct ListedRun {
  std::string id;
  std::string name;
  std::string status;  // "completed", "lost", ...
  bool flaky = false;
  std::optional<int> exit_status = {};
  std::optional<model::Duration> duration = {};  // so far, if the run lives
  model::Duration age{};                         // since its start
  int attempts = 0;                              // attempts that began
};

// Lines at most `width` wide; names are shortened to fit.
std::string run_table(std::span<const ListedRun> runs, std::size_t width);

}  // namespace oversee::report
