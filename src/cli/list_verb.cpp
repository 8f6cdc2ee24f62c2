// oversee list: lists the recorded runs.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ranges>

#include "cli/console.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "history/run_lookup.hpp"
#include "model/duration.hpp"
#include "model/outcome.hpp"
#include "model/whole_number.hpp"
#include "os/clock.hpp"
#include "report/json_text.hpp"
#include "report/run_table.hpp"

namespace oversee::cli {
namespace {

using history::SelectedRun;

constexpr std::size_t kDefaultLimit = 20;

constexpr std::array kListOptions{
    VerbOption{
        .name = "status",
        .letter = 0,
        .metavar = "LIST",
        .help = "Those that stand so: running, pending, completed, failed, timed_out, cancelled, lost, unknown, flaky",
        .suggestions = "running|pending|completed|failed|timed_out|cancelled|lost|unknown|flaky",
        .repeatable = true},
    kNameOption,
    kLabelOption,
    kSinceOption,
    VerbOption{"limit", 'n', "N", "The newest N of them, 20 if it is not given; none lists all", "20|100|none"},
    VerbOption{"ids", 0, "", "Print the ids alone, one a line, the newest first"},
    kFormatOption,
};

// Of a running run, the time so far; of an interrupted run, unknown.
std::optional<model::Duration> duration_of(const SelectedRun& run, model::WallTime now) {
  if (run.status == "running") return std::max(now - run.record.started, model::WallTime::duration(0));
  return run.record.duration;
}

// The record of a running run does not count the current attempt.
int attempts_of(const SelectedRun& run) {
  return static_cast<int>(run.record.attempt_count() + (run.record.status == "running" ? 1 : 0));
}

std::string as_text(const std::vector<SelectedRun>& runs, model::WallTime now) {
  std::vector<report::ListedRun> rows;
  rows.reserve(runs.size());
  for (const SelectedRun& run : runs) {
    rows.push_back({.id = run.record.id,
                    .name = run.record.name,
                    .status = run.status,
                    .flaky = run.record.flaky,
                    .exit_status = run.record.exit_status,
                    .duration = duration_of(run, now),
                    .age = now - run.record.started,
                    .attempts = attempts_of(run)});
  }
  return report::run_table(rows, stdout_width());
}

void put_run(report::JsonText& json, const SelectedRun& run, model::WallTime now) {
  const history::RunRecord& record = run.record;
  json.begin_object().text("run_id", record.id);
  json.text("name", record.name).begin_object("labels");
  for (const auto& [key, value] : record.labels) json.text(key, value);
  json.end_object().begin_array("command");
  for (const std::string& word : record.command) json.text({}, word);
  json.end_array().text("status", run.status);
  json.text_or_null("reason", record.reason);
  json.text_or_null("summary", record.summary);
  json.number_or_null("exit_code", record.exit_code);
  json.text_or_null("signal", record.signal);
  json.number_or_null("exit_status", record.exit_status);
  json.boolean("flaky", record.flaky).number("attempts", attempts_of(run)).text("started_at", record.started_at);
  const auto duration = duration_of(run, now);
  json.number_or_null("duration_ms", duration ? std::optional(model::whole_milliseconds(*duration)) : std::nullopt);
  json.text_or_null("log", record.log_path);
  json.end_object();
}

std::string as_json(const std::vector<SelectedRun>& runs, model::WallTime now) {
  report::JsonText json;
  json.begin_array();
  for (const SelectedRun& run : runs) put_run(json, run, now);
  json.end_array();
  return json.take();
}

std::string grouped(std::size_t number) {
  std::string text = fmt::format("{}", number);
  for (std::size_t i = text.size(); i > 3;) text.insert(i -= 3, 1, ',');
  return text;
}

// For completions: prints only ids, and nothing if there are no runs.
std::string as_ids(const std::vector<SelectedRun>& runs) {
  std::string text;
  for (const SelectedRun& run : runs) text += run.record.id + '\n';
  return text;
}

// Without filters the file names suffice, so no record is read.
int print_ids(const history::RunDirectory& directory, std::optional<std::size_t> most) {
  auto runs = history::stored_runs(directory);
  if (!runs) return refuse(runs.error());
  const std::size_t count = std::min(most.value_or(runs->size()), runs->size());
  const auto shown = runs->begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(*runs, shown, [](const auto& one, const auto& other) { return is_older(other, one); });
  std::string text;
  for (const history::StoredRun& run : *runs | std::views::take(count)) text.append(run.id()) += '\n';
  return print(text);
}

// On a terminal only: a user might take a limited table for the complete list.
void tell_of_older(std::size_t shown, std::size_t older, bool chosen) {
  if (older == 0 || !console().is_terminal()) return;
  print_error_lines(chosen
                        ? fmt::format("{} runs; {} older ones were not looked at, --limit N shows more\n",
                                      grouped(shown), grouped(older))
                        : fmt::format("{} of {} runs; --limit N shows more\n", grouped(shown), grouped(shown + older)));
}

// An empty result is not a failure.
int tell_of_none(bool json, bool chosen) {
  if (json) return print("[]\n");
  say(chosen ? "no run is like that; oversee list --limit none shows all" : "no runs yet");
  return EXIT_SUCCESS;
}

int list(const VerbArguments& arguments) {
  const model::WallTime now = os::read_clock().wall;
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto choice = read_choice(arguments, now);
  if (!choice) return say_error(choice.error()), model::kExitOwnFailure;
  std::optional<std::size_t> most = kDefaultLimit;
  if (arguments.has("limit")) {
    const auto limit = read_value(arguments, "limit", model::parse_count_limit);
    if (!limit) return say_error(limit.error()), model::kExitOwnFailure;
    most = *limit ? std::optional<std::size_t>(**limit) : std::nullopt;
  }
  const bool chosen = choice->asks_of_records() || choice->since;
  const auto directory = find_run_directory();
  if (!directory) return refuse(directory.error());
  const bool ids = arguments.has("ids");
  if (!*directory) return ids ? EXIT_SUCCESS : tell_of_none(*json, false);
  if (ids && !chosen) return print_ids(**directory, most);
  const auto selection = history::select_runs(**directory, *choice, most, now);
  if (!selection) return refuse(selection.error());
  warn_of_unreadable(*selection);
  if (ids) return print(as_ids(selection->runs));
  if (selection->runs.empty()) return tell_of_none(*json, chosen);
  const int status = print(*json ? as_json(selection->runs, now) : as_text(selection->runs, now));
  tell_of_older(selection->runs.size(), selection->older, choice->asks_of_records());
  return status;
}

}  // namespace

const Verb kListVerb{
    .name = "list",
    .operands = "",
    .operand_count = 0,
    .summary = "List runs: how they stand or ended, when, how long they took",
    .options = kListOptions,
    .run = list,
};

}  // namespace oversee::cli
