// Selects runs.
#include "history/run_selection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ranges>
#include <span>

#include "history/life_lock.hpp"
#include "history/record_glance.hpp"
#include "history/run_id.hpp"
#include "history/run_lookup.hpp"
#include "model/date.hpp"

namespace oversee::history {
namespace {

constexpr std::array<std::string_view, 9> kStatuses{"running",   "pending", "completed", "failed", "timed_out",
                                                    "cancelled", "lost",    "unknown",   "flaky"};
constexpr auto kLongestStart = std::chrono::minutes(1);

bool has_label(const RunRecord& record, std::string_view wanted) {
  const std::size_t equals = wanted.find('=');
  const auto found = record.labels.find(std::string(wanted.substr(0, equals)));
  if (found == record.labels.end()) return false;
  return equals == std::string_view::npos || found->second == wanted.substr(equals + 1);
}

bool has_status(const SelectedRun& run, const std::vector<std::string>& statuses) {
  return std::ranges::any_of(
      statuses, [&](const std::string& status) { return status == "flaky" ? run.record.flaky : status == run.status; });
}

bool fits(const SelectedRun& run, const RunChoice& choice) {
  if (choice.since && run.record.started < *choice.since) return false;
  if (!choice.name.empty() && !is_named(run.record.name, choice)) return false;
  if (!std::ranges::all_of(choice.labels, [&](const std::string& label) { return has_label(run.record, label); })) {
    return false;
  }
  return choice.statuses.empty() || has_status(run, choice.statuses);
}

// Empty if the run does not match the choice.
model::Result<std::optional<SelectedRun>> look_at(const RunDirectory& directory, const std::string& id,
                                                  const RunChoice& choice, model::WallTime now) {
  const auto text = directory.read(id + std::string(kRecordSuffix));
  if (!text && text.error().error == ENOENT) return std::nullopt;  // removed after its name was listed
  if (!text) return std::unexpected(text.error());
  if (!may_fit(*text, choice)) return std::nullopt;
  auto run = judge_run(directory, id, *text, now);
  if (!run) return std::unexpected(std::move(run.error()));
  if (!fits(*run, choice)) return std::nullopt;
  return std::move(*run);
}

}  // namespace

model::Result<SelectedRun> judge_run(const RunDirectory& directory, const std::string& id, std::string_view text,
                                     model::WallTime now) {
  SelectedRun run;
  if (text.empty()) {
    run.record.id = id;
    run.record.started = start_of(id);
    run.record.started_at = model::format_date(run.record.started);
    run.record.lock = look_at_life(directory, id, {});
    const bool lost = now - run.record.started > kLongestStart && run.record.lock != LockSeen::held;
    run.status = lost ? "lost" : "pending";
    return run;
  }
  auto record = parse_record(text, directory, id);
  if (!record) return std::unexpected(std::move(record.error()));
  run.record = std::move(*record);
  run.status = shown_status(run.record);
  return run;
}

std::vector<std::string_view> run_statuses() { return {kStatuses.begin(), kStatuses.end()}; }

model::Result<Selection> select_runs(const RunDirectory& directory, const RunChoice& choice,
                                     std::optional<std::size_t> most, model::WallTime now) {
  const auto ids = list_runs(directory);
  if (!ids) return std::unexpected(ids.error());
  const std::string oldest = choice.since ? model::format_compact_date(*choice.since) : std::string();
  Selection selection;
  const auto enough = [&] { return most && selection.runs.size() >= *most; };
  // Ids have a resolution of a second; within one, the records decide.
  for (std::size_t end = ids->size(); end != 0;) {
    const std::string_view second = second_of((*ids)[end - 1]);
    if (second < oldest) break;
    if (enough()) {
      selection.older = end;
      break;
    }
    std::vector<SelectedRun> alike;
    for (; end != 0 && second_of((*ids)[end - 1]) == second; --end) {
      auto run = look_at(directory, (*ids)[end - 1], choice, now);
      if (!run) {
        selection.unreadable.push_back(std::move(run.error()));
      } else if (*run) {
        alike.push_back(std::move(**run));
      }
    }
    std::ranges::stable_sort(alike, std::ranges::greater(), [](const SelectedRun& run) { return run.record.started; });
    for (SelectedRun& run : alike) {
      if (enough()) {
        ++selection.older;
      } else {
        selection.runs.push_back(std::move(run));
      }
    }
    if (selection.older != 0) {
      selection.older += end;
      break;
    }
  }
  return selection;
}

}  // namespace oversee::history
