// oversee cancel: ends runs, as a signal to their oversee would.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kCancelVerb;

}  // namespace oversee::cli
