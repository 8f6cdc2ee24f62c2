// Reads the values of variables.
#include "cli/masks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command_form.hpp"
#include "cli/console.hpp"
#include "cli/settings_files.hpp"

namespace oversee::cli {
namespace {

constexpr std::string_view kGithub = "GITHUB_ACTIONS=true";

}  // namespace

match::Masks make_masks(const settings::Settings& settings, std::span<const std::string> environment,
                        std::vector<std::string>& warnings) {
  match::Masks masks;
  for (const std::string& name : settings.mask_variables) {
    const std::string start = name + '=';
    const auto found =
        std::ranges::find_if(environment, [&](const std::string& variable) { return variable.starts_with(start); });
    if (found == environment.end() || found->size() == start.size()) continue;
    if (masks.add_value(std::string_view(*found).substr(start.size()))) continue;
    warnings.push_back(fmt::format("--mask {}: its value is not masked, as no line of it has {} bytes or more", name,
                                   match::Masks::kShortest));
  }
  for (const std::string& pattern : settings.mask_patterns) (void)masks.add_pattern(pattern);  // read once already
  return masks;
}

model::Result<match::Masks> masks_of(const settings::Settings& settings) {
  std::vector<std::string> environment;
  if (!settings.mask_variables.empty()) {
    auto commands = command_environment(settings, own_environment());
    if (!commands) return std::unexpected(commands.error());
    environment = std::move(*commands);
  }
  std::vector<std::string> warnings;
  return make_masks(settings, environment, warnings);
}

run::MaskSettings mask_settings(const settings::Settings& settings, std::span<const std::string> environment,
                                model::CiService service, std::span<const std::string> callers) {
  std::vector<std::string> warnings;
  run::MaskSettings masks{.masks = make_masks(settings, environment, warnings)};
  for (const std::string& each : warnings) warn(each);
  const bool on_github = service == model::CiService::github || std::ranges::find(callers, kGithub) != callers.end();
  masks.learn = on_github && settings.capture();
  masks.shows_add_mask = !settings.ci_stop_commands;
  return masks;
}

}  // namespace oversee::cli
