// oversee wait: waits for runs, and ends as they did.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kWaitVerb;

}  // namespace oversee::cli
