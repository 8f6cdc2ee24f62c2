// oversee help: prints sections of the manual, groups of settings and single settings.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kHelpVerb;

}  // namespace oversee::cli
