// Applies stronger layers.
#include "settings/layer.hpp"

#include <algorithm>
#include <iterator>

namespace oversee::settings {

void Layer::override_with(const Layer& stronger) {
  for (const auto& [name, values] : stronger.values_) {
    for (const std::string_view rival : rivals(name)) give_way(rival);
  }
  for (const auto& [name, values] : stronger.values_) {
    const Setting* setting = find(name);
    const bool adds_up = setting != nullptr && setting->adds_up;
    const bool joined = setting != nullptr && setting->kind == Kind::assignment && !values.empty();
    if (!adds_up && !joined) give_way(name);
    auto& here = values_[name];
    here.insert(here.end(), values.begin(), values.end());
  }
  for (const auto& [name, values] : stronger.overridden_) {
    auto& here = overridden_[name];
    here.insert(here.end(), values.begin(), values.end());
  }
}

void Layer::give_way(std::string_view name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return;
  auto& lost = overridden_[found->first];
  std::ranges::move(found->second, std::back_inserter(lost));
  values_.erase(found);
}

}  // namespace oversee::settings
