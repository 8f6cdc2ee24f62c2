// Unparsed values with their places: the common form of flags, variables and files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "settings/source_text.hpp"
#include "settings/table.hpp"

namespace oversee::settings {

enum class Origin : std::uint8_t { built_in, file, variable, flag };

struct Given {
  std::string text;
  std::string where;  // "--timeout", "OVERSEE_TIMEOUT", "oversee.toml:3:5"
  Origin origin = Origin::flag;
  std::string profile = {};  // the profile that the value comes from; empty: none
  SourcePlace place = {};    // if it is in a file

  // The line with a caret below it, to show after a message; empty if the value is not from a file.
  std::string excerpt() const { return place.excerpt(); }
};

// One source of settings, or several joined. Keys are names in the table, and kCommand.
class Layer {
 public:
  void add(std::string_view name, Given given) { values_[std::string(name)].push_back(std::move(given)); }

  // Records that the setting is explicitly empty: this removes the values of weaker sources.
  void add_none(std::string_view name) { values_.try_emplace(std::string(name)); }

  void remove(std::string_view name) { values_.erase(std::string(name)); }

  // Adds the stronger layer's values key by key. Values that they contradict here are moved to overridden().
  // Environment variables are merged one by one. Values of a setting that adds up all stay.
  void override_with(const Layer& stronger);

  // The effective value, which is the last one given; null if none.
  const Given* last(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? nullptr : &found->second.back();
  }

  std::vector<Given> all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<Given>{} : found->second;
  }

  // All names with a value or an explicit removal.
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, values] : values_) all.emplace_back(name);
    return all;
  }

  // The values that a stronger source replaced, weakest first.
  std::vector<Given> overridden(std::string_view name) const {
    const auto found = overridden_.find(name);
    return found == overridden_.end() ? std::vector<Given>{} : found->second;
  }

 private:
  using Values = std::map<std::string, std::vector<Given>, std::less<>>;

  void give_way(std::string_view name);

  Values values_;
  Values overridden_;
};

// The key of a profile's command with its arguments, one value each. There is no such flag: a command line has words
// instead.
inline constexpr std::string_view kCommand = "command";

}  // namespace oversee::settings
