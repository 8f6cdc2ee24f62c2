// Cancels runs.
#include "cli/cancel_verb.hpp"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "cli/console.hpp"
#include "cli/named_runs.hpp"
#include "cli/verb_values.hpp"
#include "history/run_end.hpp"
#include "model/outcome.hpp"
#include "model/signal_name.hpp"
#include "os/clock.hpp"

namespace oversee::cli {
namespace {

using history::RunState;

constexpr std::array kOptions{
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
  return std::unexpected(fmt::format("--signal: cannot read '{}'; expected TERM, INT, HUP or QUIT", word));
}

// Whether the run lived and was told.
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

int cancel(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto signal = signal_of(arguments);
  if (!signal) return say_error(signal.error()), model::kExitOwnFailure;
  const auto bound = time_limit_of(arguments, "timeout");
  if (!bound) return say_error(bound.error()), model::kExitOwnFailure;
  const auto runs = find_named_runs(arguments.operands);
  if (!runs) return say_error(describe(runs.error())), model::kExitOwnFailure;
  // All are told first: their graces run side by side.
  int status = EXIT_SUCCESS;
  std::vector<std::string> told;
  for (const std::string& id : runs->ids) {
    const auto done = tell(runs->directory, id, *signal);
    if (!done) {
      say_error(describe(done.error()));
      status = model::kExitOwnFailure;
    } else if (*done) {
      told.push_back(id);
    }
  }
  const model::Instant start = os::read_clock().instant;
  if (!arguments.has("no-wait")) {
    for (const std::string& id : told) {
      model::TimeLimit rest = *bound;
      if (rest) rest = std::max(*rest - (os::read_clock().instant - start), model::Duration{});
      const auto record = history::wait_for_end(runs->directory, id, rest);
      if (!record) {
        say_error(describe(record.error()));
        status = model::kExitOwnFailure;
        continue;
      }
      const RunState state = history::state_of(*record);
      if (state == RunState::ended) {
        say(fmt::format("run {}: {}", id, end_of(*record)));
      } else if (state == RunState::lost) {
        say(fmt::format("run {} is lost: its oversee is gone", id));
      } else {
        say(fmt::format("run {} still runs", id));
        if (status == EXIT_SUCCESS) status = model::kExitTimedOut;
      }
    }
  }
  if (*json) {
    std::vector<history::RunRecord> records;
    for (const std::string& id : runs->ids) {
      if (auto record = history::read_record(runs->directory, id)) records.push_back(std::move(*record));
    }
    print(short_json(records));
  }
  return status;
}

}  // namespace

const Verb kCancelVerb{
    .name = "cancel",
    .operands = "RUN...",
    .operand_count = kAnyNumber,
    .summary = "Stop runs as a signal to their oversee does, and wait",
    .options = kOptions,
    .run = cancel,
};

}  // namespace oversee::cli
