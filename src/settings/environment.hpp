// Settings from OVERSEE_* variables.
#pragma once

#include <span>
#include <string>

#include "settings/layer.hpp"

namespace oversee::settings {

// One variable a setting, "K=V" each; a repeatable setting takes one value a line. An empty variable counts as unset.
Layer layer_from_environment(std::span<const std::string> environment);

}  // namespace oversee::settings
