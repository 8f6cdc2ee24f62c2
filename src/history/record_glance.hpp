// A look at a record's text that is much quicker than reading it: whether it can be what is asked for at all.
#pragma once

#include <optional>
#include <string_view>

#include "history/run_selection.hpp"

namespace oversee::history {

// The text or word of a member of the outermost object, in the layout that report/json_text writes. None where that
// has it otherwise, or with escapes: then only reading it tells.
std::optional<std::string_view> glance_at(std::string_view record, std::string_view key);

// False only where the run is certainly none that is asked for.
bool may_fit(std::string_view record, const RunChoice& choice);

// Whether a run of that name is one that is asked for.
bool is_named(std::string_view name, const RunChoice& choice);

}  // namespace oversee::history
