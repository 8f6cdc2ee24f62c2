// oversee profiles: lists the profiles available here.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kProfilesVerb;

}  // namespace oversee::cli
