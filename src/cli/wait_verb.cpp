// oversee wait: waits for runs and exits with their status.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "cli/console.hpp"
#include "cli/named_runs.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "history/run_end.hpp"
#include "model/outcome.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kWaitOptions{
    VerbOption{"timeout", 't', "DUR", "Wait no longer than DUR; then exit 124, and the runs go on", "30s|5m|1h"},
    kFormatOption,
};

// Reports the run's state. Returns the status that the shell's $? would show had it run the command itself.
int status_of(const history::RunRecord& record) {
  switch (history::state_of(record)) {
    case history::RunState::ended: break;
    case history::RunState::lost:
      say(fmt::format("run {} is lost: its oversee is gone, and how the command ended is not known", record.id));
      return model::kExitOwnFailure;
    case history::RunState::unknown:
      say(fmt::format("run {} has told no end yet; whether it still runs is unknown here: {}", record.id,
                      why_foreign(record)));
      return model::kExitTimedOut;
    case history::RunState::pending:
    case history::RunState::running: say(fmt::format("run {} still runs", record.id)); return model::kExitTimedOut;
  }
  say(fmt::format("run {}: {}", record.id, end_of(record)));
  return record.exit_status.value_or(model::kExitOwnFailure);
}

int wait_for_runs(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto until = deadline_of(arguments, "timeout");
  if (!until) return say_error(until.error()), model::kExitOwnFailure;
  const auto runs = find_named_runs(arguments.operands);
  if (!runs) return refuse(runs.error());
  std::vector<history::RunRecord> records;
  int first_failure = EXIT_SUCCESS;
  for (const std::string& id : runs->ids) {
    const auto record = history::wait_for_end(runs->directory, id, *until);
    if (!record) return refuse(record.error());
    const int status = status_of(*record);
    if (first_failure == EXIT_SUCCESS) first_failure = status;
    records.push_back(*record);
  }
  const int printed = *json ? print(short_json(records)) : EXIT_SUCCESS;
  return first_failure == EXIT_SUCCESS ? printed : first_failure;
}

}  // namespace

const Verb kWaitVerb{
    .name = "wait",
    .operands = "RUN...",
    .operand_count = kAnyNumber,
    .summary = "Wait for runs, and exit as the first did that failed",
    .options = kWaitOptions,
    .run = wait_for_runs,
};

}  // namespace oversee::cli
