// oversee wait: waits for runs and exits with their status.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kWaitVerb;

}  // namespace oversee::cli
