// oversee help: the manual page's sections, the groups of settings and each setting, read without a manual page.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kHelpVerb;

}  // namespace oversee::cli
