// Prints the table of runs.
#include "report/run_table.hpp"

#include <fmt/format.h>

#include <array>

#include "model/date.hpp"
#include "report/text_table.hpp"

namespace oversee::report {
namespace {

constexpr std::string_view kUnknown = "-";

std::string number(std::optional<int> value) { return value ? fmt::format("{}", *value) : std::string(kUnknown); }

std::string status_of(const ListedRun& run) {
  if (run.status == "completed" && run.flaky) return "flaky";
  return run.status == "timed_out" ? "timed out" : run.status;
}

}  // namespace

std::string run_table(std::span<const ListedRun> runs, std::size_t width) {
  constexpr std::array kColumns{TableColumn{"ID"},
                                TableColumn{"NAME", false, 8},
                                TableColumn{"STATUS"},
                                TableColumn{"EXIT", true, 0, 1},
                                TableColumn{"DURATION", true, 0, 2},
                                TableColumn{"WHEN", true, 0, 3},
                                TableColumn{"ATTEMPTS", true, 0, 4}};
  std::vector<std::vector<std::string>> rows;
  for (const ListedRun& run : runs) {
    rows.push_back(
        {run.id, run.name.empty() ? std::string(kUnknown) : run.name, status_of(run), number(run.exit_status),
         run.duration ? model::describe_duration(*run.duration) : std::string(kUnknown), model::describe_age(run.age),
         number(run.attempts == 0 ? std::nullopt : std::optional(run.attempts))});
  }
  return text_table(kColumns, std::move(rows), width);
}

}  // namespace oversee::report
