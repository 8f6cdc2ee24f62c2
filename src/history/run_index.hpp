// The index of ended runs: a cache with one line a run, so that a search need not read every record. The records stay
// the truth: docs/decisions/034-run-index.md says when a line counts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "history/run_directory.hpp"
#include "history/run_record.hpp"

namespace oversee::history {

inline constexpr const char* kIndexName = ".index";

// A line: the members of a record by which runs are chosen. Its views are those of the parsed text.
struct IndexEntry {
  std::string_view id;
  std::uint64_t inode = 0;  // of the record; a record that is replaced gets another one
  std::string_view status;
  bool flaky = false;
  std::string_view escaped_name;
  std::string_view escaped_labels;  // each preceded by a tab

  std::string name() const;
  // Whether a label, as "KEY=VALUE", is as asked.
  bool any_label(const std::function<bool(std::string_view label)>& is_asked) const;
};

// The line of an ended run, between two newlines; empty if it would be so long that a write might not be atomic.
std::string index_line(const RunRecord& record, std::uint64_t inode);

// Empty if the text, without newlines, is not a whole line of this version. Does not check the id.
std::optional<IndexEntry> parse_index_line(std::string_view text);

// Adds the run whose final record was just stored. Failures are ignored: without a line the record is read.
void add_to_index(const RunDirectory& directory, const std::string& id, std::string_view document);

// Calls `take` for each line, in the order of the ends of the runs; there may be several of one run. An index that is
// missing or cannot be read has none.
void read_index(const RunDirectory& directory, const std::function<void(const IndexEntry& entry)>& take);

// Rewrites the index without the lines of runs that do not stay; removes it if that fails. May lose a line that is
// added meanwhile.
void compact_index(const RunDirectory& directory, const std::function<bool(std::string_view id)>& stays);

}  // namespace oversee::history
