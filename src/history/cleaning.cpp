// Scans the run directory and removes outdated runs file by file.
#include "history/cleaning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <string_view>

#include "history/life_lock.hpp"
#include "history/retention.hpp"
#include "history/run_index.hpp"
#include "history/run_record.hpp"
#include "model/byte_size.hpp"
#include "os/clock.hpp"

namespace oversee::history {
namespace {

// A file without a record, or an empty record, is incomplete for milliseconds; after this time its writer is dead.
constexpr auto kAbandoned = std::chrono::hours(1);

// The most names read if time is limited. More exist only after a long time without cleaning; then several turns remove
// them.
constexpr std::size_t kMostNames = 100'000;

class Deadline {
 public:
  explicit Deadline(model::TimeLimit limit) {
    if (limit) end_ = os::read_clock().instant + *limit;
  }
  bool over() const { return end_ && os::read_clock().instant >= *end_; }

 private:
  std::optional<model::Instant> end_;
};

struct StoredFile {
  const std::string* name;  // null: not one of our files, or gone
  NamedFile what;
  std::optional<RunDirectory::Look> look;  // empty: the time ran out
};

class Cleaner {
 public:
  Cleaner(const RunDirectory& directory, const CleaningTerms& terms) : directory_(directory), terms_(terms) {
    cleaned_.dry_run = terms.dry_run;
  }

  model::Result<Cleaned> run();

 private:
  void look_at_files();
  void gather_runs();
  void remove_run(const KeptRun& run);
  bool remove_files_of(const std::string& id);
  void remove_strays();
  void remove_stray(const StoredFile& file);
  void compact() const;
  // What to report of a run that may be removed; empty if it lives or may live.
  std::optional<RemovedRun> ended(const KeptRun& run) const;
  bool abandoned(model::WallTime written) const { return now_ - written > kAbandoned; }

  const RunDirectory& directory_;
  const CleaningTerms& terms_;
  const model::WallTime now_ = os::read_clock().wall;
  std::vector<std::string> names_;  // owns the file names
  std::vector<StoredFile> files_;   // sorted by id
  std::vector<KeptRun> runs_;       // runs with a record
  std::vector<std::size_t> strays_;
  Cleaned cleaned_;
};

model::Result<Cleaned> Cleaner::run() {
  auto names = directory_.names(terms_.each_half ? kMostNames : SIZE_MAX);
  if (!names) return std::unexpected(names.error());
  names_ = std::move(*names);
  cleaned_.whole = !terms_.each_half || names_.size() < kMostNames;
  look_at_files();
  gather_runs();
  const Deadline deadline(terms_.each_half);
  for (const std::size_t place : choose_outdated(runs_, terms_.keep, now_)) {
    if (deadline.over()) {
      cleaned_.whole = false;
      break;
    }
    remove_run(runs_[place]);
  }
  if (cleaned_.whole) remove_strays();
  if (!terms_.dry_run) compact();
  return std::move(cleaned_);
}

// Oldest first: if the time runs out, the unseen files are newer than most.
void Cleaner::look_at_files() {
  for (const std::string& name : names_) {
    if (const auto what = read_file_name(name)) files_.push_back({&name, *what, {}});
  }
  std::ranges::sort(files_, {}, [](const StoredFile& file) { return file.what.id; });
  const Deadline deadline(terms_.each_half);
  for (StoredFile& file : files_) {
    if (deadline.over()) {
      cleaned_.whole = false;
      return;
    }
    file.look = directory_.look(*file.name);
    if (!file.look || file.look->is_directory) file.name = nullptr;
  }
}

void Cleaner::gather_runs() {
  const auto same_run = [](const StoredFile& one, const StoredFile& other) {
    return one.what.id == other.what.id && !one.what.id.empty();
  };
  for (std::size_t first = 0; first < files_.size();) {
    KeptRun run{.id = std::string(files_[first].what.id)};
    bool recorded = false;
    std::size_t end = first;
    for (; end < files_.size() && (end == first || same_run(files_[first], files_[end])); ++end) {
      const StoredFile& file = files_[end];
      if (file.name == nullptr) continue;
      recorded = recorded || file.what.kind == FileKind::record;
      if (!file.look) continue;
      run.bytes += file.look->bytes;
      run.written = std::max(run.written.value_or(file.look->written), file.look->written);
    }
    for (std::size_t each = first; each < end; ++each) {
      const StoredFile& file = files_[each];
      if (file.name == nullptr || !file.look || file.what.kind == FileKind::record) continue;
      const bool output = file.what.kind == FileKind::output;
      if (output ? !recorded && abandoned(*run.written) : abandoned(file.look->written)) strays_.push_back(each);
    }
    if (recorded) {
      ++cleaned_.left;
      cleaned_.left_bytes += run.bytes;
      runs_.push_back(std::move(run));
    }
    first = end;
  }
}

std::optional<RemovedRun> Cleaner::ended(const KeptRun& run) const {
  RemovedRun removed{.id = run.id, .status = "unknown", .bytes = run.bytes, .written = run.written.value_or(now_)};
  const auto record = read_record(directory_, run.id);
  if (!record) {
    const bool held = look_at_life(directory_, run.id, {}) == LockSeen::held;
    return abandoned(removed.written) && !held ? std::optional(std::move(removed)) : std::nullopt;
  }
  const RunState state = state_of(*record);
  if (may_live(state)) return {};
  removed.name = record->name;
  removed.status = state == RunState::lost ? "lost" : record->status;
  return removed;
}

void Cleaner::remove_run(const KeptRun& run) {
  if (run.id == terms_.spared) return;
  auto removed = ended(run);
  if (!removed) return;
  if (!terms_.dry_run) {
    if (!remove_files_of(run.id)) return;
    const auto record = directory_.remove(run.id + std::string(kRecordSuffix));
    if (!record) {
      cleaned_.failures.push_back(record.error());
      return;
    }
    if (!*record) removed.reset();  // another cleaner removed it and counts it
  }
  --cleaned_.left;
  cleaned_.left_bytes -= run.bytes;
  if (!removed) return;
  cleaned_.bytes += run.bytes;
  cleaned_.runs.push_back(std::move(*removed));
}

// Removes all files but the record. The record goes last, and only if all others are gone: a killed cleaner then leaves
// a run that is still listed and removed next time, not an orphaned log. Tries every possible name, because some files
// may not have been seen.
bool Cleaner::remove_files_of(const std::string& id) {
  bool all = true;
  const auto remove = [&](const std::string& name) {
    const auto removed = directory_.remove(name);
    if (removed || removed.error().error == EISDIR) return;  // a directory is not ours
    cleaned_.failures.push_back(removed.error());
    all = false;
  };
  for (const std::string_view suffix : kOutputSuffixes) remove(id + std::string(suffix));
  remove(RunDirectory::temporary_name(id + std::string(kRecordSuffix)));
  return all;
}

void Cleaner::remove_strays() {
  std::set<std::string_view> removed;
  for (const RemovedRun& run : cleaned_.runs) removed.insert(run.id);
  for (const std::size_t place : strays_) {
    const StoredFile& file = files_[place];
    if (removed.contains(file.what.id)) continue;  // removed with its run
    // The record may have been missing from the names.
    if (file.what.kind == FileKind::output) {
      const auto record = directory_.look(std::string(file.what.id) + std::string(kRecordSuffix));
      if (record && !record->is_directory) continue;
    }
    remove_stray(file);
  }
}

void Cleaner::remove_stray(const StoredFile& file) {
  if (!terms_.dry_run) {
    const auto removed = directory_.remove(*file.name);
    if (!removed) cleaned_.failures.push_back(removed.error());
    if (!removed || !*removed) return;
  }
  ++cleaned_.stray_files;
  cleaned_.bytes += file.look->bytes;
}

// Leaves nothing of removed runs in the index, also of those that were removed by other means. Runs without a name here
// may have come since the names were read.
void Cleaner::compact() const {
  std::set<std::string_view> removed;
  for (const RemovedRun& run : cleaned_.runs) removed.insert(run.id);
  compact_index(directory_, [&](std::string_view id) {
    if (removed.contains(id)) return false;
    const auto known = std::ranges::lower_bound(runs_, id, {}, &KeptRun::id);
    if (known != runs_.end() && known->id == id) return true;
    return directory_.look(std::string(id) + std::string(kRecordSuffix)).has_value();
  });
}

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

model::Result<Cleaned> clean(const RunDirectory& directory, const CleaningTerms& terms) {
  return Cleaner(directory, terms).run();
}

std::string describe(const Cleaned& cleaned) {
  std::string what = cleaned.runs.empty() ? "" : counted(cleaned.runs.size(), "run");
  if (cleaned.stray_files > 0) {
    what += fmt::format("{}{}", what.empty() ? "" : " and ", counted(cleaned.stray_files, "stray file"));
  }
  what = what.empty() ? "nothing" : fmt::format("{}, {}", what, model::describe_byte_size(cleaned.bytes));
  std::string left = cleaned.left == 0 ? "none" : fmt::format("{}", cleaned.left);
  if (cleaned.runs.empty()) left = cleaned.left == 0 ? "no run" : counted(cleaned.left, "run");
  const std::string_view verb = cleaned.dry_run ? "would be" : cleaned.left > 1 ? "are" : "is";
  std::string text = fmt::format("{} {}; {} {} left", cleaned.dry_run ? "would remove" : "removed", what, left, verb);
  if (cleaned.left > 0) text += fmt::format(", {}", model::describe_byte_size(cleaned.left_bytes));
  return cleaned.whole ? text : text + "; the rest is for the next time";
}

}  // namespace oversee::history
