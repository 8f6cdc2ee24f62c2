// The ids of runs.
#pragma once

#include <string>
#include <string_view>

#include "model/clock.hpp"

namespace oversee::history {

// "20261123-121659-k3f9": UTC and four random letters; ids sort by date, and two ids of one second differ.
std::string make_run_id(model::WallTime started);

inline constexpr std::size_t kRunIdSize = 20;

// The date and time of an id.
inline std::string_view second_of(std::string_view id) { return id.substr(0, id.rfind('-')); }

// The start of the run, to the second; the epoch if the id has no valid date.
model::WallTime start_of(std::string_view id);

// Whether the text has the form of a run id.
bool is_run_id(std::string_view text);

}  // namespace oversee::history
