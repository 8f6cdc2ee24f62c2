// Chooses the directory for a user's run records. docs/decisions/004-where-records-go.md explains why it may be another
// than the one below TMPDIR.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "history/run_directory.hpp"

namespace oversee::history {

// The inputs of the choice.
struct DirectoryOrder {
  std::string temporary;           // $TMPDIR, else /tmp; its candidate is oversee-UID below it
  std::vector<std::string> spare;  // private directories of the user; each candidate is `oversee` below one
  unsigned uid = 0;
};

// The order for this process: spare are $XDG_RUNTIME_DIR and, for root, /run.
DirectoryOrder directory_order();

struct ChosenDirectory {
  std::optional<RunDirectory> directory;
  // Why the candidate below `temporary` was rejected; empty if it was chosen.
  std::optional<Unusable> passed_over;
};

// For a run; creates the directory. Skips a candidate below `temporary` that belongs to another user. Without any
// candidate the run leaves no record. An unwritable `temporary` is the user's choice: then no spare directory is tried.
ChosenDirectory choose_directory(const DirectoryOrder& order);

// For readers of records; creates nothing. An empty value: no directory exists yet. Fails if the first candidate is
// rejected or unreadable and no other exists.
std::expected<std::optional<ChosenDirectory>, Unusable> find_directory(const DirectoryOrder& order);

}  // namespace oversee::history
