// oversee stats: what the recorded runs came to.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kStatsVerb;

}  // namespace oversee::cli
