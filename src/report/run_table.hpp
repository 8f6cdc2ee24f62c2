// The table of runs that oversee list prints.
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
  std::optional<model::Duration> duration = {};  // of one that lives, so far
  model::Duration age{};                         // since its start
  int attempts = 0;                              // that were begun
};

// Lines of text, no wider than `width`: names give way.
std::string run_table(std::span<const ListedRun> runs, std::size_t width);

}  // namespace oversee::report
