// Splits the command line into settings (flags) and the command's arguments.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "settings/layer.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

struct Arguments {
  settings::Layer flags;
  std::vector<std::string> words;  // from the first argument that is not an option, or after "--"
  bool help = false;
  bool version = false;
};

std::expected<Arguments, settings::SettingError> parse_arguments(std::span<char*> argv);

}  // namespace oversee::cli
