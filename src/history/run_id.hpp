// The ids of runs.
#pragma once

#include <string>
#include <string_view>

#include "model/clock.hpp"

namespace oversee::history {

// "20261123-121659-k3f9": UTC and four random letters; ids sort by date, and two ids of one second differ.
std::string make_run_id(model::WallTime started);

// Whether the text has the form of a run id.
bool is_run_id(std::string_view text);

}  // namespace oversee::history
