// Reads OVERSEE_* variables.
#include "settings/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/nearest_word.hpp"
#include "settings/table.hpp"

namespace oversee::settings {

Layer layer_from_environment(std::span<const std::string> environment) {
  Layer layer;
  // CI services kill jobs that are silent for long, and their logs are read later, so a heartbeat is worth its lines.
  if (std::ranges::find(environment, kContinuousIntegration) != environment.end()) {
    layer.add("heartbeat", {"1m", std::string(kContinuousIntegration), Origin::variable});
  }
  for (const std::string& variable : environment) {
    if (!variable.starts_with("OVERSEE_")) continue;
    for (const Setting& setting : table()) {
      if (setting.scope == Scope::flag) continue;
      const std::string name = variable_of(setting);
      if (!variable.starts_with(name + '=')) continue;
      std::string_view rest = std::string_view(variable).substr(name.size() + 1);
      while (!rest.empty()) {
        const std::size_t end = setting.repeatable ? rest.find('\n') : std::string_view::npos;
        if (end != 0) layer.add(setting.name, {std::string(rest.substr(0, end)), name, Origin::variable});
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      }
    }
  }
  return layer;
}

std::vector<std::string> unknown_variables(std::span<const std::string> environment) {
  std::vector<std::string> names;
  for (const Setting& setting : table()) {
    if (setting.scope != Scope::flag) names.push_back(variable_of(setting));
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::vector<std::string> sentences;
  for (const std::string& variable : environment) {
    const std::string_view name = std::string_view(variable).substr(0, variable.find('='));
    // A surrounding oversee sets these for its command; they are not settings.
    constexpr std::array<std::string_view, 6> kGiven{"OVERSEE_RUN_ID",   "OVERSEE_ATTEMPT", "OVERSEE_ATTEMPTS",
                                                     "OVERSEE_LOG_FILE", "OVERSEE_PID",     "OVERSEE_REASON"};
    if (!name.starts_with("OVERSEE_") || std::ranges::find(known, name) != known.end() ||
        std::ranges::find(kGiven, name) != kGiven.end()) {
      continue;
    }
    const std::string_view near = model::nearest(name, known);
    sentences.push_back(near.empty() ? fmt::format("{}: no such setting", name)
                                     : fmt::format("{}: no such setting; did you mean {}?", name, near));
  }
  return sentences;
}

}  // namespace oversee::settings
