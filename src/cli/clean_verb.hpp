// oversee clean: removes records, logs and spilled output of past runs.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kCleanVerb;

}  // namespace oversee::cli
