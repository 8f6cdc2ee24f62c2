// Settings in written form, and their results.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "settings/resolve.hpp"

namespace oversee::settings {

struct Written {
  std::string name;
  std::string text;
};

// A layer as flags would make it.
inline Layer flags(const std::vector<Written>& list) {
  Layer layer;
  for (const Written& each : list) layer.add(each.name, {each.text, "--" + each.name});
  return layer;
}

inline Settings resolved(const std::vector<Written>& list, std::vector<std::string> words = {"true"}) {
  auto settings = resolve(flags(list), std::move(words));
  const std::string error = settings ? "" : settings.error().message;
  CAPTURE(error);
  REQUIRE(settings.has_value());
  return *settings;
}

inline std::string refusal(const Layer& layer, std::vector<std::string> words = {"true"}) {
  const auto settings = resolve(layer, std::move(words));
  return settings ? "" : settings.error().message;
}
inline std::string refusal(const std::vector<Written>& list) { return refusal(flags(list)); }

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace oversee::settings
