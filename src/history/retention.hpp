// Chooses outdated runs by age, number and size: values in, indices out. history/cleaning checks that a chosen run no
// longer lives.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/clock.hpp"
#include "model/retention.hpp"

namespace oversee::history {

// What the directory tells of a run without its record.
struct KeptRun {
  std::string id;
  std::uint64_t bytes = 0;                      // of all its files
  std::optional<model::WallTime> written = {};  // the last write to any of its files; empty: not checked, counts as now
};

// Indices in `runs` of those that exceed a limit, by last write, oldest first. The last write counts, not the start: a
// run that just ended after a whole night is the newest, and its log is about to be read. The size limit never removes
// the newest run, so that no run loses its log by ending. Runs missing from `runs` only make the choice smaller.
std::vector<std::size_t> choose_outdated(std::span<const KeptRun> runs, const model::Retention& keep,
                                         model::WallTime now);

// The kind of a file in the run directory, by its name.
enum class FileKind : std::uint8_t {
  record,     // ID.json
  output,     // ID.log, ID.stdout, ID.stderr
  unfinished  // from a killed writer: .ID.json.tmp, a new index, or a scratch file
};

struct NamedFile {
  FileKind kind{};
  std::string_view id;  // within the given name; empty if the name has none
};

// Empty if the name is not one of ours.
std::optional<NamedFile> read_file_name(std::string_view name);

// The suffixes of a run's files after its id, except the record's.
inline constexpr std::string_view kOutputSuffixes[] = {".log", ".stdout", ".stderr"};

}  // namespace oversee::history
