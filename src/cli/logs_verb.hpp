// oversee logs: prints a run's log, or the exact bytes of a stream.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kLogsVerb;

}  // namespace oversee::cli
