// oversee show: all that is known of a run.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kShowVerb;

}  // namespace oversee::cli
