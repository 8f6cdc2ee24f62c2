// oversee check: reports every error in the settings files.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kCheckVerb;

}  // namespace oversee::cli
