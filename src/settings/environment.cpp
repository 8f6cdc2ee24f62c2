// Reads OVERSEE_* variables.
#include "settings/environment.hpp"

#include <algorithm>

#include "settings/table.hpp"

namespace oversee::settings {

Layer layer_from_environment(std::span<const std::string> environment) {
  Layer layer;
  // Services for continuous integration end a job that is silent for long; people read its lines, not its clock.
  if (std::ranges::find(environment, kContinuousIntegration) != environment.end()) {
    layer.add("heartbeat", {"1m", std::string(kContinuousIntegration)});
  }
  for (const std::string& variable : environment) {
    if (!variable.starts_with("OVERSEE_")) continue;
    for (const Setting& setting : table()) {
      const std::string name = variable_of(setting);
      if (!variable.starts_with(name + '=')) continue;
      std::string_view rest = std::string_view(variable).substr(name.size() + 1);
      while (!rest.empty()) {
        const std::size_t end = setting.repeatable ? rest.find('\n') : std::string_view::npos;
        if (end != 0) layer.add(setting.name, {std::string(rest.substr(0, end)), name});
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      }
    }
  }
  return layer;
}

}  // namespace oversee::settings
