// oversee logs: a run's log read back, as it is or as the exact bytes of a stream.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kLogsVerb;

}  // namespace oversee::cli
