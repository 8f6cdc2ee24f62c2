// oversee profiles: the profiles that can be named here.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kProfilesVerb;

}  // namespace oversee::cli
