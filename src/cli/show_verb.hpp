// oversee show: shows everything recorded about a run.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kShowVerb;

}  // namespace oversee::cli
