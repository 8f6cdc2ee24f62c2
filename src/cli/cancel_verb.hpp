// oversee cancel: stops runs, as a signal to their oversee does.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kCancelVerb;

}  // namespace oversee::cli
