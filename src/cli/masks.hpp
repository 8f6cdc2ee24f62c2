// Collects the masks of a run: values of environment variables, patterns, and masks that its CI service learns.
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

// `environment` is the command's. A variable that is not in it masks nothing. `warnings` names the variables with
// values too short to be masked.
match::Masks make_masks(const settings::Settings& settings, std::span<const std::string> environment,
                        std::vector<std::string>& warnings);

// The same for a call that runs no command. Reads environment files only if a variable is masked.
model::Result<match::Masks> masks_of(const settings::Settings& settings);

// make_masks(), with the settings for the CI service whose marks are written; the caller's environment tells whether
// GitHub reads our output.
run::MaskSettings mask_settings(const settings::Settings& settings, std::span<const std::string> environment,
                                model::CiService service, std::span<const std::string> callers);

}  // namespace oversee::cli
