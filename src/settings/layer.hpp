// Values as they were written, with where: what flags, variables and files have in common before anything is parsed.
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
  std::string profile = {};  // whose value it is; empty: no profile's
  SourcePlace place = {};    // in a file

  // The line it stands in and a caret below it, to be shown below a message about it; empty: it stands in no file.
  std::string excerpt() const { return place.excerpt(); }
};

// One source of settings, or several joined. Keys are names of the table, and kCommand.
class Layer {
 public:
  void add(std::string_view name, Given given) { values_[std::string(name)].push_back(std::move(given)); }

  // Says that it is given no value: what weaker sources say is taken back.
  void add_none(std::string_view name) { values_.try_emplace(std::string(name)); }

  void remove(std::string_view name) { values_.erase(std::string(name)); }

  // Takes over what the stronger layer gives, key by key; what contradicts it here gives way, and is kept apart.
  // Variables for the command are joined one by one; of a setting that adds up nothing gives way.
  void override_with(const Layer& stronger);

  // The value that counts: the last one given; null where none is.
  const Given* last(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? nullptr : &found->second.back();
  }

  std::vector<Given> all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<Given>{} : found->second;
  }

  // What it has a value for, or takes back.
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, values] : values_) all.emplace_back(name);
    return all;
  }

  // What gave way to a stronger source, the weakest first.
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

// The key of a profile's command and its arguments, one value each. No flag is its like: there the words are.
inline constexpr std::string_view kCommand = "command";

}  // namespace oversee::settings
