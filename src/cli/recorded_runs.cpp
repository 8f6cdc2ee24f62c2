// Finds and filters recorded runs.
#include "cli/recorded_runs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/console.hpp"
#include "cli/verb_values.hpp"
#include "history/directory_choice.hpp"
#include "model/date.hpp"
#include "model/nearest_word.hpp"
#include "model/outcome.hpp"
#include "model/verdict.hpp"

namespace oversee::cli {
namespace {

std::string listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

// Parses a list such as "failed,timed_out"; also accepts "timed out" and "timed-out".
std::expected<void, std::string> add_statuses(std::string list, std::vector<std::string>& statuses) {
  const std::vector<std::string_view> known = history::run_statuses();
  while (true) {
    const std::size_t comma = list.find(',');
    std::string word = list.substr(0, comma);
    std::ranges::replace_if(
        word, [](char c) { return c == '-' || c == ' '; }, '_');
    if (std::ranges::find(known, word) == known.end()) {
      const std::string_view near = model::nearest(word, known);
      const std::string hint = near.empty() ? std::string() : fmt::format("; did you mean '{}'?", near);
      return std::unexpected(cannot_read("status", list.substr(0, comma), listed(known) + hint));
    }
    statuses.push_back(std::move(word));
    if (comma == std::string::npos) return {};
    list.erase(0, comma + 1);
  }
}

}  // namespace

int refuse(const model::Failure& failure) {
  say_error(describe(failure));
  return model::kExitOwnFailure;
}

model::Result<std::optional<history::RunDirectory>> find_run_directory() {
  auto found = history::find_directory(history::directory_order());
  if (!found) return std::unexpected(std::move(found.error().failure));
  if (!*found) return std::nullopt;
  if ((*found)->passed_over) {
    warn(fmt::format("{}; the runs of {} are meant", describe((*found)->passed_over->failure),
                     (*found)->directory->path()));
  }
  return std::move((*found)->directory);
}

std::expected<history::RunChoice, std::string> read_choice(const VerbArguments& arguments, model::WallTime now) {
  history::RunChoice choice;
  for (const std::string& list : arguments.values("status")) {
    if (auto added = add_statuses(list, choice.statuses); !added) return std::unexpected(std::move(added.error()));
  }
  choice.name = arguments.value("name");
  choice.labels = arguments.values("label");
  for (const std::string& label : choice.labels) {
    if (label.empty() || label.front() == '=') {
      return std::unexpected(cannot_read("label", label, "a key, or a key and a value such as team=core"));
    }
  }
  if (arguments.has("since")) {
    const auto since = model::parse_since(arguments.value("since"), now);
    if (!since) return std::unexpected(cannot_read("since", since.error().read, since.error().allowed));
    choice.since = *since;
  }
  return choice;
}

std::vector<model::RunSample> samples_of(std::span<const history::SelectedRun> runs) {
  std::vector<model::RunSample> samples;
  for (const history::SelectedRun& run : runs) {
    if (run.lives()) continue;
    const history::RunRecord& record = run.record;
    model::RunSample sample{.name = record.name, .started = run.record.started};
    sample.passed = run.status == to_string(model::Status::completed);
    sample.cancelled = run.status == to_string(model::Status::cancelled);
    sample.flaky = record.flaky;
    if (sample.passed) {
      sample.took = record.last_attempt;
    } else {
      sample.cause = run.status == "lost"
                         ? run.status
                         : model::cause_words(run.status, record.reason, record.exit_code, record.signal);
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

void warn_of_unreadable(const history::Selection& selection) {
  if (selection.unreadable.empty()) return;
  const std::size_t more = selection.unreadable.size() - 1;
  warn(fmt::format("{}{}", describe(selection.unreadable.front()),
                   more == 0 ? "" : fmt::format("; and {} more {}", more, more == 1 ? "record" : "records")));
}

}  // namespace oversee::cli
