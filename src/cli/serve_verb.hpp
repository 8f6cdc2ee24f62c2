// oversee serve --stdio: runs for programs that ask for them by lines of JSON, and are answered so.
#pragma once

#include "cli/verbs.hpp"

namespace oversee::cli {

extern const Verb kServeVerb;

}  // namespace oversee::cli
