// Values as they were written, with where: what flags, variables and files have in common before anything is parsed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "settings/table.hpp"

namespace oversee::settings {

struct Given {
  std::string text;
  std::string where;  // "--timeout", "OVERSEE_TIMEOUT", "oversee.toml:3:5"
};

// One source of settings. Keys are names of the table.
class Layer {
 public:
  void add(std::string_view name, Given given) { values_[std::string(name)].push_back(std::move(given)); }

  void remove(std::string_view name) { values_.erase(std::string(name)); }

  // Takes over what the stronger layer gives, key by key; what contradicts it here gives way.
  void override_with(const Layer& stronger) {
    for (const auto& [name, values] : stronger.values_) {
      for (const std::string_view rival : rivals(name)) values_.erase(std::string(rival));
    }
    for (const auto& [name, values] : stronger.values_) values_[name] = values;
  }

  // The value that counts: the last one given; null where none is.
  const Given* last(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? nullptr : &found->second.back();
  }

  std::vector<Given> all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<Given>{} : found->second;
  }

 private:
  std::map<std::string, std::vector<Given>, std::less<>> values_;
};

}  // namespace oversee::settings
