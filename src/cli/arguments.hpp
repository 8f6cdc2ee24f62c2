// The command line: flags into a layer of settings, the rest into the command's words.
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
  std::vector<std::string> words;  // from the first word that is not an option, or behind "--"
  bool help = false;
  bool version = false;
};

std::expected<Arguments, settings::SettingError> parse_arguments(std::span<char*> argv);

}  // namespace oversee::cli
