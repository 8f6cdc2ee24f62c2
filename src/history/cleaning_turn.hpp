// Cleaning without a daemon: each run may clean after its end; one run per hour does.
#pragma once

#include <optional>
#include <string>

#include "history/cleaning.hpp"
#include "history/run_directory.hpp"
#include "model/retention.hpp"

namespace oversee::history {

// The stamp file; its mtime is the time of the last turn.
inline constexpr const char* kCleaningStamp = ".cleaned";

// Cleans for at most 0.2 s, and rewrites the index, if the last turn is an hour ago; an unfinished turn continues after
// a minute. Between turns costs one look at the stamp. Never removes the run `own_id`. Empty: not due, another process
// is cleaning, or it failed.
std::optional<Cleaned> take_cleaning_turn(const RunDirectory& directory, const model::Retention& keep,
                                          const std::string& own_id);

}  // namespace oversee::history
