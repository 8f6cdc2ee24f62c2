// Cleaning without a daemon: each run may do it when it has ended, and one an hour does.
#pragma once

#include <optional>
#include <string>

#include "history/cleaning.hpp"
#include "history/run_directory.hpp"
#include "model/retention.hpp"

namespace oversee::history {

// The file whose date is that of the last turn.
inline constexpr const char* kCleaningStamp = ".cleaned";

// Cleans where nobody has for an hour: for 0.2 s at the most, and where that was too short the next turn is a minute
// later. Between turns it costs one look at the stamp. The run that asks stays. None: it was not the time, another
// does it just now, or it cannot be done.
std::optional<Cleaned> take_cleaning_turn(const RunDirectory& directory, const model::Retention& keep,
                                          const std::string& own_id);

}  // namespace oversee::history
