// The page about one run that oversee show prints.
#pragma once

#include <cstddef>
#include <string>

#include "model/told_run.hpp"
#include "report/failure_digest.hpp"

namespace oversee::report {

// Lines of text, wrapped at `width`; what the command wrote is cut there. The digest is that of the run's last attempt,
// and empty where nothing of it is to be told.
std::string run_page(const model::ToldRun& run, const Digest& digest, model::WallTime now, std::size_t width);

}  // namespace oversee::report
