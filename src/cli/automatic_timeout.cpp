// Selects the recorded runs from which to compute a timeout.
#include "cli/automatic_timeout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/recorded_runs.hpp"
#include "os/clock.hpp"

namespace oversee::cli {

model::Result<model::SuggestedTimeout> automatic_timeout(const std::string& name, const std::string& where) {
  const auto directory = find_run_directory();
  if (!directory) return std::unexpected(directory.error());
  std::vector<model::Duration> took;
  if (*directory) {
    const history::RunChoice choice{.statuses = {"completed"}, .name = name, .exact_name = true};
    const auto selection = history::select_runs(**directory, choice, model::kMostSuccesses, os::read_clock().wall);
    if (!selection) return std::unexpected(selection.error());
    for (const model::RunSample& sample : samples_of(selection->runs)) {
      if (sample.took) took.push_back(*sample.took);
    }
    std::ranges::reverse(took);
  }
  if (const auto suggested = model::suggest_timeout(took)) return *suggested;
  return std::unexpected(model::Failure{
      fmt::format("reckon the timeout that {} asks for (auto)", where), 0, name,
      fmt::format("it takes {} recorded runs of that name that passed, and there {} {}; give a duration until then",
                  model::kFewestSuccesses, took.size() == 1 ? "is" : "are", took.size())});
}

std::string origin_of(const model::SuggestedTimeout& timeout) {
  return fmt::format("auto, from {} runs", timeout.runs);
}

}  // namespace oversee::cli
