// Filters records by their text, much faster than parsing: tells whether a record can match a choice.
#pragma once

#include <optional>
#include <string_view>

#include "history/run_selection.hpp"

namespace oversee::history {

// The string or word of a member of the outermost object, in the layout of report/json_text. Empty if the layout
// differs or the value has escapes: then the record must be parsed.
std::optional<std::string_view> glance_at(std::string_view record, std::string_view key);

// False only if the run certainly does not match.
bool may_fit(std::string_view record, const RunChoice& choice);

// Whether the name matches the choice.
bool is_named(std::string_view name, const RunChoice& choice);

}  // namespace oversee::history
