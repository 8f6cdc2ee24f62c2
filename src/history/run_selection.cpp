// Selects runs.
#include "history/run_selection.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <string>

#include "history/life_lock.hpp"
#include "history/run_index.hpp"
#include "history/run_lookup.hpp"
#include "model/date.hpp"

namespace oversee::history {
namespace {

constexpr std::array<std::string_view, 9> kStatuses{"running",   "pending", "completed", "failed", "timed_out",
                                                    "cancelled", "lost",    "unknown",   "flaky"};
constexpr auto kLongestStart = std::chrono::minutes(1);

bool is_named(std::string_view name, const RunChoice& choice) {
  if (name == choice.name) return true;
  return !choice.exact_name && ::fnmatch(choice.name.c_str(), std::string(name).c_str(), 0) == 0;
}

// `wanted` is "KEY=VALUE", or "KEY" for any value.
bool is_label(std::string_view label, std::string_view wanted) {
  if (!label.starts_with(wanted)) return false;
  return label.size() == wanted.size() || (!wanted.contains('=') && label[wanted.size()] == '=');
}

bool has_label(const RunRecord& record, std::string_view wanted) {
  const std::size_t equals = wanted.find('=');
  const auto found = record.labels.find(std::string(wanted.substr(0, equals)));
  if (found == record.labels.end()) return false;
  return equals == std::string_view::npos || found->second == wanted.substr(equals + 1);
}

bool has_status(std::string_view status, bool flaky, const RunChoice& choice) {
  return choice.statuses.empty() || std::ranges::any_of(choice.statuses, [&](const std::string& wanted) {
           return wanted == "flaky" ? flaky : wanted == status;
         });
}

bool fits(const SelectedRun& run, const RunChoice& choice) {
  if (choice.since && run.record.started < *choice.since) return false;
  if (!choice.name.empty() && !is_named(run.record.name, choice)) return false;
  if (!std::ranges::all_of(choice.labels, [&](const std::string& label) { return has_label(run.record, label); })) {
    return false;
  }
  return has_status(run.status, run.record.flaky, choice);
}

// False only if the run certainly does not match.
bool may_fit(const IndexEntry& entry, const RunChoice& choice) {
  if (!has_status(entry.status, entry.flaky, choice)) return false;
  if (!choice.name.empty() && !is_named(entry.name(), choice)) return false;
  return std::ranges::all_of(choice.labels, [&](const std::string& wanted) {
    return entry.any_label([&](std::string_view label) { return is_label(label, wanted); });
  });
}

// Finds runs by id. Sorting them, or a std::unordered_map, would take as long as to read the index.
class PlacesOfRuns {
 public:
  explicit PlacesOfRuns(const std::vector<StoredRun>& runs)
      : runs_(runs), slots_(std::bit_ceil(2 * runs.size() + 1), kFree) {
    for (std::uint32_t place = 0; place < runs.size(); ++place) {
      std::size_t slot = first_slot(runs[place].id());
      while (slots_[slot] != kFree) slot = next(slot);
      slots_[slot] = place;
    }
  }

  // The index in `runs`. Looks beside the last one first: some file systems list files in the order of their creation,
  // or in reverse.
  std::optional<std::size_t> find(std::string_view id) {
    for (const std::size_t near : {last_ - 1, last_ + 1}) {
      if (near < runs_.size() && runs_[near].id() == id) return last_ = near;
    }
    for (std::size_t slot = first_slot(id); slots_[slot] != kFree; slot = next(slot)) {
      if (runs_[slots_[slot]].id() == id) return last_ = slots_[slot];
    }
    return {};
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;

  // Of the id's time and letters; its days differ less.
  std::size_t first_slot(std::string_view id) const {
    std::uint64_t end = 0;
    std::uint64_t middle = 0;
    std::memcpy(&end, id.data() + kRunIdSize - sizeof end, sizeof end);
    std::memcpy(&middle, id.data() + kRunIdSize - 2 * sizeof end, sizeof middle);
    // Digits and letters differ in few bits; after a multiplication the high half depends on all of them.
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    const std::uint64_t mixed = ((end * kOdd) ^ (end * kOdd) >> 32U ^ middle) * kOdd;
    return static_cast<std::size_t>(mixed >> 32U ^ mixed >> 44U) & (slots_.size() - 1);
  }
  std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }

  const std::vector<StoredRun>& runs_;
  std::vector<std::uint32_t> slots_;
  std::size_t last_ = 0;
};

// Removes the runs that cannot match according to the index, so that their records need not be read. A run without a
// line, or with the line of a record that was replaced, stays.
void exclude_by_index(const RunDirectory& directory, const RunChoice& choice, std::vector<StoredRun>& runs) {
  PlacesOfRuns places(runs);
  std::vector<bool> excluded(runs.size());
  read_index(directory, [&](const IndexEntry& entry) {
    const auto place = places.find(entry.id);
    // Of several lines the last one counts.
    if (place && runs[*place].inode == entry.inode) excluded[*place] = !may_fit(entry, choice);
  });
  std::size_t left = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!excluded[i]) runs[left++] = runs[i];
  }
  runs.resize(left);
}

// Empty if the run does not match the choice.
model::Result<std::optional<SelectedRun>> look_at(const RunDirectory& directory, const std::string& id,
                                                  const RunChoice& choice, model::WallTime now) {
  const auto text = directory.read(id + std::string(kRecordSuffix));
  if (!text && text.error().error == ENOENT) return std::nullopt;  // removed after its name was listed
  if (!text) return std::unexpected(text.error());
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
  auto runs = stored_runs(directory);
  if (!runs) return std::unexpected(runs.error());
  if (choice.since) {
    const std::string oldest = model::format_compact_date(*choice.since);
    std::erase_if(*runs, [&](const StoredRun& run) { return run.second() < oldest; });
  }
  if (choice.asks_of_records()) exclude_by_index(directory, choice, *runs);
  // A heap, because few of many runs are wanted; the newest is in front.
  std::ranges::make_heap(*runs, is_older);
  Selection selection;
  const auto enough = [&] { return most && selection.runs.size() >= *most; };
  // Ids have a resolution of a second; within one, the records decide.
  while (!runs->empty()) {
    if (enough()) {
      selection.older = runs->size();
      break;
    }
    const std::string second(runs->front().second());
    std::vector<SelectedRun> alike;
    while (!runs->empty() && runs->front().second() == second) {
      std::ranges::pop_heap(*runs, is_older);
      auto run = look_at(directory, std::string(runs->back().id()), choice, now);
      runs->pop_back();
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
      selection.older += runs->size();
      break;
    }
  }
  return selection;
}

}  // namespace oversee::history
