// oversee stats: statistics of the recorded runs.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "cli/console.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "model/date.hpp"
#include "model/outcome.hpp"
#include "model/run_statistics.hpp"
#include "model/verdict.hpp"
#include "os/clock.hpp"
#include "report/json_text.hpp"
#include "report/statistics_text.hpp"

namespace oversee::cli {
namespace {

using model::RunStatistics;

constexpr std::array kStatsOptions{
    kNameOption,
    kLabelOption,
    kSinceOption,
    kFormatOption,
};

// Whether the locale is UTF-8, from the variables that setlocale(3) reads.
bool knows_blocks() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale(value);
    return locale.contains("UTF-8") || locale.contains("utf8") || locale.contains("utf-8") || locale.contains("UTF8");
  }
  return false;
}

void put(report::JsonText& json, const RunStatistics& one) {
  const auto number = [&](std::string_view key, std::size_t value) {
    json.number(key, static_cast<std::int64_t>(value));
  };
  json.begin_object().text("name", one.name);
  number("runs", one.runs);
  number("passed", one.passed);
  number("failed", one.failed);
  number("cancelled", one.cancelled);
  number("flaky", one.flaky);
  json.begin_array("failures");
  for (const auto& [cause, count] : one.causes) {
    json.begin_object().text("cause", cause);
    number("runs", count);
    json.end_object();
  }
  json.end_array();
  json.text("first_started_at", model::format_date(one.first)).text("last_started_at", model::format_date(one.last));
  std::vector<model::Duration> took = one.took;
  std::ranges::sort(took);
  if (took.empty()) {
    json.null("durations_ms");
  } else {
    json.begin_object("durations_ms");
    json.number("fastest", model::whole_milliseconds(took.front()))
        .number("p50", model::whole_milliseconds(model::percentile(took, 50)));
    json.number("p95", model::whole_milliseconds(model::percentile(took, 95)));
    json.number("p99", model::whole_milliseconds(model::percentile(took, 99)))
        .number("slowest", model::whole_milliseconds(took.back()));
    json.end_object();
  }
  if (const auto timeout = model::suggest_timeout(one.took)) {
    json.number("suggested_timeout_ms", model::whole_milliseconds(timeout->limit));
    number("suggested_from_runs", timeout->runs);
  } else {
    json.null("suggested_timeout_ms").number("suggested_from_runs", 0);
  }
  json.end_object();
}

std::string as_json(const std::vector<RunStatistics>& all) {
  report::JsonText json;
  json.begin_array();
  for (const RunStatistics& one : all) put(json, one);
  json.end_array();
  return json.take();
}

std::string as_text(const std::vector<RunStatistics>& all, bool named, model::WallTime now) {
  const report::StatisticsPlace place{.width = stdout_width(), .blocks = knows_blocks()};
  if (!named) return report::statistics_table(all, place);
  std::string text;
  for (const RunStatistics& one : all) {
    if (!text.empty()) text += '\n';
    text += report::statistics_page(one, now, place);
  }
  return text;
}

int stats(const VerbArguments& arguments) {
  const model::WallTime now = os::read_clock().wall;
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto choice = read_choice(arguments, now);
  if (!choice) return say_error(choice.error()), model::kExitOwnFailure;
  const auto directory = find_run_directory();
  if (!directory) return refuse(directory.error());
  std::vector<RunStatistics> all;
  if (*directory) {
    const auto selection = history::select_runs(**directory, *choice, {}, now);
    if (!selection) return refuse(selection.error());
    warn_of_unreadable(*selection);
    all = model::gather_statistics(samples_of(selection->runs));
  }
  if (*json) return print(as_json(all));
  if (all.empty()) {
    const bool chosen = choice->asks_of_records() || choice->since;
    say(chosen ? "no run is like that, or none has ended" : "no run has ended yet");
    return EXIT_SUCCESS;
  }
  return print(as_text(all, arguments.has("name"), now));
}

}  // namespace

const Verb kStatsVerb{
    .name = "stats",
    .operands = "",
    .operand_count = 0,
    .summary = "Tell by names how many runs pass, and how long they take",
    .options = kStatsOptions,
    .run = stats,
};

}  // namespace oversee::cli
