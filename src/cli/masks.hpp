// What a run masks, put together: values of its environment, patterns, and what its service tells of masks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "match/masks.hpp"
#include "model/ci_service.hpp"
#include "model/failure.hpp"
#include "run/masked_output.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// The environment is the command's. A variable that is not in it masks nothing. `warnings` names the variables whose
// values are too short to be masked.
match::Masks make_masks(const settings::Settings& settings, std::span<const std::string> environment,
                        std::vector<std::string>& warnings);

// The same where nothing is to be run. Files of variables are read only where a variable is masked.
model::Result<match::Masks> masks_of(const settings::Settings& settings);

// With the service whose marks are written; the caller's environment tells whether GitHub reads our output.
run::MaskSettings mask_settings(const settings::Settings& settings, std::span<const std::string> environment,
                                model::CiService service, std::span<const std::string> callers);

}  // namespace oversee::cli
