// oversee clean: removes records, logs and spilled output of past runs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "cli/recorded_runs.hpp"
#include "cli/settings_files.hpp"
#include "cli/verb_values.hpp"
#include "cli/verbs.hpp"
#include "history/cleaning.hpp"
#include "history/run_directory.hpp"
#include "model/date.hpp"
#include "model/outcome.hpp"
#include "model/safe_text.hpp"
#include "model/text_width.hpp"
#include "model/whole_number.hpp"
#include "os/clock.hpp"
#include "report/json_text.hpp"
#include "settings/join.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {
namespace {

constexpr std::array kCleanOptions{
    VerbOption{"older-than", 0, "DUR", "Remove runs that ended more than DUR ago", "1d|7d|30d"},
    VerbOption{"keep", 0, "N", "Remove all but the last N runs", "0|10|100"},
    VerbOption{"max-size", 0, "SIZE", "Remove the oldest until what is left takes SIZE at most", "100MiB|1GiB|10GiB"},
    VerbOption{"dry-run", 0, "", "Tell what would be removed, and remove nothing"},
    VerbOption{"format", 0, "FORMAT", "Tell it as text or as json", "text|json"},
};

constexpr std::size_t kMostNamed = 5;
constexpr std::size_t kNarrowestStatus = 9;  // "completed"

// No option accepts "none" here: a user who gives one wants runs removed, so a misreading must not keep all.
std::expected<model::Retention, std::string> asked_for(const VerbArguments& arguments) {
  model::Retention keep;
  const auto refused = [&](std::string_view option, std::string_view allowed) {
    return std::unexpected(cannot_read(option, arguments.value(option), allowed));
  };
  if (arguments.has("keep")) {
    const auto runs = model::read_whole(arguments.value("keep"), 1'000'000'000);
    if (!runs) return refused("keep", "a whole number such as 10, or 0 to keep none");
    keep.runs = static_cast<std::uint64_t>(*runs);
  }
  if (arguments.has("older-than")) {
    const auto age = model::parse_time_limit(arguments.value("older-than"));
    if (!age || !*age) return refused("older-than", "a duration such as 12h or 7d (--keep 0: all go)");
    keep.age = *age;
  }
  if (arguments.has("max-size")) {
    const auto bytes = model::parse_size_limit(arguments.value("max-size"));
    if (!bytes || !*bytes) return refused("max-size", "a size such as 100MiB or 1GiB (--keep 0: all go)");
    keep.bytes = *bytes;
  }
  return keep;
}

// The retention settings of a run that is started here without flags.
std::expected<model::Retention, settings::SettingError> retention_in_force() {
  settings::Sources sources{{}, own_variables(), {}, {"true"}};
  sources.files = read_settings_files(sources.flags, sources.variables);
  if (auto errors = errors_of(sources.files); !errors.empty()) return std::unexpected(std::move(errors.front()));
  const auto joined = settings::join(sources);
  if (!joined) return std::unexpected(joined.error());
  const auto settings = settings::resolve(joined->layer, joined->words);
  if (!settings) return std::unexpected(settings.error());
  return settings->keep;
}

std::string as_text(const history::Cleaned& cleaned) {
  if (!cleaned.dry_run) return describe(cleaned) + '\n';
  const model::WallTime now = os::read_clock().wall;
  std::size_t width = kNarrowestStatus;
  for (const history::RemovedRun& run : cleaned.runs)
    width = std::max(width, model::columns_of(model::harmless(run.status)));
  std::string text;
  for (const history::RemovedRun& run : cleaned.runs) {
    text += fmt::format("{}  {}  {:>10} ago  {:>6}  {}\n", run.id, model::padded(model::harmless(run.status), width),
                        model::describe_duration(now - run.written), model::describe_byte_size(run.bytes),
                        model::harmless(run.name));
  }
  return text + describe(cleaned) + '\n';
}

std::string as_json(const history::Cleaned& cleaned) {
  report::JsonText json;
  json.begin_object();
  json.boolean("dry_run", cleaned.dry_run);
  json.begin_array("removed");
  for (const history::RemovedRun& run : cleaned.runs) {
    json.begin_object();
    json.text("run_id", run.id);
    json.text("name", run.name);
    json.text("status", run.status);
    json.text("last_written", model::format_date(run.written));
    json.number("bytes", static_cast<std::int64_t>(run.bytes));
    json.end_object();
  }
  json.end_array();
  json.number("stray_files", static_cast<std::int64_t>(cleaned.stray_files));
  json.number("removed_bytes", static_cast<std::int64_t>(cleaned.bytes));
  json.number("left", static_cast<std::int64_t>(cleaned.left));
  json.number("left_bytes", static_cast<std::int64_t>(cleaned.left_bytes));
  json.end_object();
  return json.take();
}

// Limits the number of messages; usually all failures have the same cause.
void say_failures(const std::vector<model::Failure>& failures) {
  for (std::size_t i = 0; i < std::min(failures.size(), kMostNamed); ++i) say_error(describe(failures[i]));
  if (failures.size() > kMostNamed)
    say_error(fmt::format("{} more files cannot be removed", failures.size() - kMostNamed));
}

int clean(const VerbArguments& arguments) {
  const auto json = json_asked(arguments);
  if (!json) return say_error(json.error()), model::kExitOwnFailure;
  const auto asked = asked_for(arguments);
  if (!asked) return say_error(asked.error()), model::kExitOwnFailure;
  history::CleaningTerms terms{.keep = *asked, .dry_run = arguments.has("dry-run")};
  if (!terms.keep.any()) {
    const auto in_force = retention_in_force();
    if (!in_force) return say(in_force.error()), model::kExitOwnFailure;
    terms.keep = *in_force;
  }
  const auto directory = find_run_directory();
  if (!directory) return refuse(directory.error());
  history::Cleaned cleaned{.dry_run = terms.dry_run};
  if (*directory) {
    auto done = history::clean(**directory, terms);
    if (!done) return refuse(done.error());
    cleaned = std::move(*done);
  }
  say_failures(cleaned.failures);
  const int status = print(*json ? as_json(cleaned) : as_text(cleaned));
  return cleaned.failures.empty() ? status : model::kExitOwnFailure;
}

}  // namespace

const Verb kCleanVerb{
    .name = "clean",
    .operands = "",
    .operand_count = 0,
    .summary = "Remove records and logs of past runs, by options or settings",
    .options = kCleanOptions,
    .run = clean,
};

}  // namespace oversee::cli
