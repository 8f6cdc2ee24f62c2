// oversee stats: statistics of the recorded runs.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kStatsVerb;

}  // namespace oversee::cli
