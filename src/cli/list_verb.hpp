// oversee list: lists the recorded runs.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kListVerb;

}  // namespace oversee::cli
