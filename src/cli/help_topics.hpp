// The manual's sections for oversee help. man/topics.py generates them at build time.
#pragma once

#include <span>
#include <string_view>

namespace oversee::cli {

struct HelpTopic {
  std::string_view name;
  std::string_view summary;  // one line
  std::string_view text;     // lines of at most 80 columns
};

// In the order of the manual pages.
std::span<const HelpTopic> help_topics();

}  // namespace oversee::cli
