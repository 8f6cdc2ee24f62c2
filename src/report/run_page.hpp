// The page about one run, for `oversee show`.
#pragma once

#include <cstddef>
#include <string>

#include "model/recorded_run.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// Lines wrapped at `width`; output of the command is cut there. The digest is the last attempt's; empty to omit it.
std::string run_page(const model::RecordedRun& run, const Digest& digest, model::WallTime now, std::size_t width);

}  // namespace oversee::report
