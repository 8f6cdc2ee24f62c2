// Which directory a user's runs are recorded in. docs/decisions/004-where-records-go.md says why it may be another than
// that below TMPDIR.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "history/run_directory.hpp"

namespace oversee::history {

// What the order of directories depends on.
struct DirectoryOrder {
  std::string temporary;           // $TMPDIR, else /tmp: oversee-UID is below it
  std::vector<std::string> spare;  // directories of the user alone: oversee is below them
  unsigned uid = 0;
};

// That of this process: spare are $XDG_RUNTIME_DIR and, for root, /run.
DirectoryOrder directory_order();

struct ChosenDirectory {
  std::optional<RunDirectory> directory;
  // Why it is not the one below `temporary`; none: it is.
  std::optional<Unusable> passed_over;
};

// For a run. A directory of another user's below `temporary` is passed over; where none can be had, a run leaves no
// record. A `temporary` that cannot be written to is its owner's choice: then there is none.
ChosenDirectory choose_directory(const DirectoryOrder& order);

// For who looks at runs: the same, and none is made. Without a value: there is none yet. Fails where the first is
// passed over or cannot be read, and no other is there.
std::expected<std::optional<ChosenDirectory>, Unusable> find_directory(const DirectoryOrder& order);

}  // namespace oversee::history
