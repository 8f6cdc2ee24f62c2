// oversee serve --stdio: runs commands on request; requests and answers are lines of JSON.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kServeVerb;

}  // namespace oversee::cli
