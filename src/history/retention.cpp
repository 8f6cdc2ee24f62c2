// Chooses the outdated runs.
#include "history/retention.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "history/run_directory.hpp"
#include "history/run_id.hpp"
#include "history/run_index.hpp"
#include "history/run_record.hpp"

namespace oversee::history {
namespace {

constexpr std::string_view kTemporarySuffix = ".json.tmp";  // RunDirectory::replace
constexpr std::string_view kScratchStart = "oversee-";      // of os::ScratchFile, if it needs a name
constexpr std::size_t kScratchLetters = 6;                  // mkostemp(3)

bool is_scratch(std::string_view name) {
  if (!name.starts_with(kScratchStart) || name.size() != kScratchStart.size() + kScratchLetters) return false;
  return std::ranges::all_of(name.substr(kScratchStart.size()), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

}  // namespace

std::vector<std::size_t> choose_outdated(std::span<const KeptRun> runs, const model::Retention& keep,
                                         model::WallTime now) {
  std::vector<std::size_t> newest_first(runs.size());
  std::iota(newest_first.begin(), newest_first.end(), std::size_t{0});
  const auto age_of = [&](std::size_t place) {
    return std::tuple(runs[place].written.value_or(now), std::string_view(runs[place].id));
  };
  std::ranges::sort(newest_first, std::ranges::greater(), age_of);
  std::vector<std::size_t> outdated;
  std::uint64_t bytes = 0;
  for (std::size_t rank = 0; rank < newest_first.size(); ++rank) {
    const KeptRun& run = runs[newest_first[rank]];
    // A run that exceeds the limit alone is removed alone: it does not displace others.
    const bool giant = keep.bytes && run.bytes > *keep.bytes;
    if (!giant && __builtin_add_overflow(bytes, run.bytes, &bytes)) bytes = UINT64_MAX;
    const bool too_many = keep.runs && rank >= *keep.runs;
    const bool too_large = keep.bytes && rank > 0 && (giant || bytes > *keep.bytes);
    const bool too_old = keep.age && run.written && now - *run.written > *keep.age;
    if (too_many || too_large || too_old) outdated.push_back(newest_first[rank]);
  }
  std::ranges::reverse(outdated);
  return outdated;
}

std::optional<NamedFile> read_file_name(std::string_view name) {
  if (is_scratch(name) || name == RunDirectory::temporary_name(kIndexName)) return NamedFile{FileKind::unfinished, {}};
  const bool hidden = name.starts_with('.');
  const std::string_view id = name.substr(hidden ? 1 : 0, kRunIdSize);
  if (!is_run_id(id)) return {};
  const std::string_view suffix = name.substr(id.size() + (hidden ? 1 : 0));
  if (hidden) return suffix == kTemporarySuffix ? std::optional(NamedFile{FileKind::unfinished, id}) : std::nullopt;
  if (suffix == kRecordSuffix) return NamedFile{FileKind::record, id};
  if (std::ranges::find(kOutputSuffixes, suffix) != std::end(kOutputSuffixes)) return NamedFile{FileKind::output, id};
  return {};
}

}  // namespace oversee::history
