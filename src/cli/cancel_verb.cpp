// oversee cancel: stops runs, as a signal to their oversee does.
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <vector>

#include "cli/console.hpp"
#include "cli/named_runs.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "history/run_end.hpp"
#include "model/outcome.hpp"
#include "model/signal_name.hpp"

namespace oversee::cli {
namespace {

using history::RunState;

constexpr std::array kCancelOptions{
    VerbOption{"signal", 's', "SIG", "The first signal of the stop: TERM, INT, HUP or QUIT", "TERM|INT|HUP|QUIT"},
    VerbOption{"timeout", 't', "DUR", "Wait no longer than DUR for their end; then exit 124", "10s|30s|1m"},
    VerbOption{"no-wait", 0, "", "Do not wait for their end"},
    kFormatOption,
};

std::expected<model::Signal, std::string> signal_of(const VerbArguments& arguments) {
  if (!arguments.has("signal")) return SIGTERM;
  const std::string word = arguments.value("signal");
  const auto signal = model::parse_signal(word);
  if (signal && (*signal == SIGTERM || *signal == SIGINT || *signal == SIGHUP || *signal == SIGQUIT)) return *signal;
  return std::unexpected(cannot_read("signal", word, "TERM, INT, HUP or QUIT"));
}

// Returns whether the run was still alive and has been signalled.
model::Result<bool> tell(const history::RunDirectory& directory, const std::string& id, model::Signal signal) {
  const auto record = history::read_record(directory, id);
  if (!record) return std::unexpected(record.error());
  if (record->ended()) {
    say(fmt::format("run {} had ended already: {}", id, end_of(*record)));
    return false;
  }
  auto told = history::signal_run(*record, signal);
  if (told && !*told) say(fmt::format("run {} is lost: its oversee is gone already", id));
  return told;
}

// Waits for the end of the run and reports its state.
int wait_for_end_of(const history::RunDirectory& directory, const std::string& id,
                    std::optional<model::Instant> until) {
  const auto record = history::wait_for_end(directory, id, until);
  if (!record) return refuse(record.error());
  switch (history::state_of(*record)) {
    case RunState::ended: say(fmt::format("run {}: {}", id, end_of(*record))); return EXIT_SUCCESS;
    case RunState::lost: say(fmt::format("run {} is lost: its oversee is gone", id)); return EXIT_SUCCESS;
    case RunState::pending:
    case RunState::running:
    case RunState::unknown: break;
  }
  say(fmt::format("run {} still runs", id));
  return model::kExitTimedOut;
}

int cancel(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto signal = signal_of(arguments);
  if (!signal) return say_error(signal.error()), model::kExitOwnFailure;
  const auto until = deadline_of(arguments, "timeout");
  if (!until) return say_error(until.error()), model::kExitOwnFailure;
  const auto runs = find_named_runs(arguments.operands);
  if (!runs) return refuse(runs.error());
  // Signal all runs before waiting, so that their grace periods overlap.
  int status = EXIT_SUCCESS;
  std::vector<std::string> told;
  for (const std::string& id : runs->ids) {
    const auto done = tell(runs->directory, id, *signal);
    if (!done) {
      status = refuse(done.error());
    } else if (*done) {
      told.push_back(id);
    }
  }
  if (!arguments.has("no-wait")) {
    for (const std::string& id : told) {
      const int end = wait_for_end_of(runs->directory, id, *until);
      if (status == EXIT_SUCCESS || end == model::kExitOwnFailure) status = end;
    }
  }
  if (*json) {
    std::vector<history::RunRecord> records;
    for (const std::string& id : runs->ids) {
      if (auto record = history::read_record(runs->directory, id)) records.push_back(std::move(*record));
    }
    const int printed = print(short_json(records));
    if (status == EXIT_SUCCESS) status = printed;
  }
  return status;
}

}  // namespace

const Verb kCancelVerb{
    .name = "cancel",
    .operands = "RUN...",
    .operand_count = kAnyNumber,
    .summary = "Stop runs as a signal to their oversee does, and wait",
    .options = kCancelOptions,
    .run = cancel,
};

}  // namespace oversee::cli
