// Which past runs have to go, by their age, number and size: values in, ids out. Whether a run may go, as it lives no
// more, is for who removes it (history/cleaning).
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

// What is known of a run without reading its record.
struct KeptRun {
  std::string id;
  std::uint64_t bytes = 0;                      // of all its files
  std::optional<model::WallTime> written = {};  // the last time to any of them; none: not looked at, and taken for now
};

// The places in `runs` of those that are too many, too old or too large, the one that was written to first coming
// first. Written to, not started: a run of a whole night that has just ended is the newest, and its log is about to be
// read. For its size the newest never goes, so that no run loses its log by ending. The fewer are told of, the fewer
// are chosen.
std::vector<std::size_t> choose_outdated(std::span<const KeptRun> runs, const model::Retention& keep,
                                         model::WallTime now);

// What a file in the run directory is, by its name alone.
enum class FileKind : std::uint8_t {
  record,     // ID.json
  output,     // ID.log, ID.stdout, ID.stderr
  unfinished  // of somebody who was killed while writing: .ID.json.tmp, or room for bytes that are kept for a while
};

struct NamedFile {
  FileKind kind{};
  std::string_view id;  // of the name that was given; empty where the name has none
};

// None where it is no file of ours.
std::optional<NamedFile> read_file_name(std::string_view name);

// Of the names of a run's files, behind its id, but for the record's.
inline constexpr std::string_view kOutputSuffixes[] = {".log", ".stdout", ".stderr"};

}  // namespace oversee::history
