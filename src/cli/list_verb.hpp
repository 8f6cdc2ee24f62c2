// oversee list: the runs that are recorded.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kListVerb;

}  // namespace oversee::cli
