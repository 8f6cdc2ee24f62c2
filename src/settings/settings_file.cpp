// Reads settings files with toml++; no other file includes it.
#include "settings/settings_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "model/nearest_word.hpp"
#include "settings/source_text.hpp"
#include "settings/toml.hpp"

namespace oversee::settings {
namespace {

constexpr std::string_view kDefaults = "defaults";
constexpr std::string_view kProfiles = "profile";
constexpr std::string_view kInherits = "inherits";
constexpr std::string_view kDescription = "description";

// How to write a value of the setting, worded to follow "expected ".
std::string_view types_of(const Setting& setting) {
  if (setting.kind == Kind::assignment) return R"(a table, as in { NAME = "value" }, or a list of "NAME=value")";
  if (setting.repeatable) return "a text in quotes, or a list of them";
  switch (setting.kind) {
    case Kind::flag: return "true or false, without quotes";
    case Kind::duration: return R"(a time in quotes, as in "90s", or a number of seconds)";
    case Kind::size: return R"(a size in quotes, as in "64MiB", or a number of bytes)";
    case Kind::number: return "a whole number, without quotes";
    case Kind::codes: return R"(an exit code, a list of them, or a text in quotes, as in "3,75-78")";
    default: return "a text in quotes";
  }
}

// A scalar value in the notation of a flag; empty if its type does not fit the setting.
std::optional<std::string> scalar_text(const Setting& setting, const toml::node& node) {
  const Kind kind = setting.kind;
  if (const auto* truth = node.as_boolean()) {
    if (kind == Kind::flag) return truth->get() ? "true" : "false";
  } else if (const auto* whole = node.as_integer()) {
    const bool counts = kind == Kind::duration || kind == Kind::size || kind == Kind::number || kind == Kind::codes ||
                        kind == Kind::signal;
    if (counts) return fmt::format("{}", whole->get());
  } else if (const auto* real = node.as_floating_point()) {
    if (kind == Kind::duration) return fmt::format("{}", real->get());
  } else if (const auto* text = node.as_string()) {
    if (kind == Kind::number) return text->get() == "none" ? std::optional(text->get()) : std::nullopt;
    if (kind != Kind::flag) return text->get();
  }
  return {};
}

class FileReader {
 public:
  FileReader(SettingsFile& file, std::shared_ptr<const SourceText> source) : file_(file), source_(std::move(source)) {
    if (const std::size_t slash = file.path.rfind('/'); slash != std::string::npos) {
      directory_ = slash == 0 ? "/." : file.path.substr(0, slash);
    }
  }

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const toml::table* section = node.as_table();
      if (key == kDefaults && section != nullptr) {
        read_section(*section, file_.defaults, nullptr);
      } else if (key == kProfiles && section != nullptr) {
        read_profiles(*section);
      } else {
        refuse_top(key, node);
      }
    }
  }

  void refuse(const toml::source_position& at, std::string_view problem) {
    errors_.emplace_back(std::pair<std::size_t, std::size_t>(at.line, at.column),
                         SettingError{fmt::format("{}: {}", source_->place(at.line, at.column), problem),
                                      source_->excerpt(at.line, at.column)});
  }

  // toml++ returns keys in alphabetical order; profiles and errors are sorted back into file order.
  void finish() {
    std::ranges::stable_sort(file_.profiles, {}, &Profile::line);
    std::ranges::stable_sort(errors_, {}, [](const auto& each) { return each.first; });
    for (auto& [place, error] : errors_) file_.errors.push_back(std::move(error));
  }

 private:
  Given given(std::string text, const toml::source_region& region) {
    const toml::source_position at = region.begin;
    return {std::move(text), source_->place(at.line, at.column), Origin::file, profile_, {source_, at.line, at.column}};
  }

  void refuse_top(const toml::key& key, const toml::node& node) {
    const toml::source_position at = key.source().begin;
    if (key == kDefaults || key == kProfiles) {
      refuse(at, fmt::format("'{}' is a table; write [{}]", key.str(),
                             key == kDefaults ? std::string_view("defaults") : "profile.NAME"));
    } else if (find(key.str()) != nullptr && !node.is_table()) {
      refuse(at, fmt::format("'{}' stands in no table; write it below [defaults] or [profile.NAME]", key.str()));
    } else {
      constexpr std::string_view kKnown[] = {kDefaults, kProfiles};
      const std::string_view near = model::nearest(key.str(), kKnown);
      if (near == kProfiles) {
        refuse(at, fmt::format("no such table: '{}'; did you mean [profile.NAME]?", key.str()));
      } else {
        refuse(at, fmt::format("no such table: '{}'; {}", key.str(),
                               near.empty() ? "there are [defaults] and [profile.NAME]" : "did you mean [defaults]?"));
      }
    }
  }

  void read_profiles(const toml::table& all) {
    for (const auto& [key, node] : all) {
      const toml::table* section = node.as_table();
      if (section == nullptr) {
        refuse(key.source().begin,
               fmt::format("'{}' is no profile; write [profile.NAME] and settings below it", key.str()));
        continue;
      }
      Profile profile;
      profile.name = std::string(key.str());
      profile_ = profile.name;
      profile.place = given(profile.name, key.source());
      profile.line = key.source().begin.line;
      read_section(*section, profile.settings, &profile);
      refuse_two_commands(profile);
      profile_.clear();
      file_.profiles.push_back(std::move(profile));
    }
  }

  void refuse_two_commands(const Profile& profile) {
    const Given* first = nullptr;
    for (const std::string_view form : {kCommand, std::string_view("shell-line"), std::string_view("script")}) {
      const Given* given = profile.settings.last(form);
      if (given == nullptr) continue;
      if (first != nullptr) {
        errors_.emplace_back(std::pair<std::size_t, std::size_t>(profile.line, 1),
                             SettingError{fmt::format("{}: profile '{}' has two commands; the other is at {}",
                                                      given->where, profile.name, first->where),
                                          given->excerpt()});
      }
      first = given;
    }
  }

  void read_section(const toml::table& section, Layer& layer, Profile* profile) {
    for (const auto& [key, node] : section) {
      if (profile != nullptr && read_profile_key(key, node, *profile)) continue;
      const Setting* setting = find(key.str());
      const toml::source_position at = key.source().begin;
      if (setting == nullptr) {
        refuse_key(key, profile);
      } else if (setting->scope == Scope::call || setting->scope == Scope::flag) {
        refuse(at, fmt::format("'{}' cannot stand in a settings file; give --{} with a call", key.str(), key.str()));
      } else if (setting->scope == Scope::profile && profile == nullptr) {
        refuse(at, fmt::format("'{}' is a command, and a command is a profile's; write it below [profile.NAME]",
                               key.str()));
      } else if (profile == nullptr && file_.whose == FileOf::project && setting->project != InProject::allowed) {
        refuse(at, fmt::format("'{}' cannot stand in [defaults] of a project's file, which can only limit, pace and "
                               "show; write it below [profile.NAME] for -P NAME, or in your own settings file",
                               key.str()));
      } else {
        read_value(*setting, node, layer);
      }
    }
  }

  void refuse_key(const toml::key& key, const Profile* profile) {
    std::vector<std::string_view> known;
    for (const Setting& setting : table()) {
      if (setting.scope == Scope::file || (setting.scope == Scope::profile && profile != nullptr)) {
        known.push_back(setting.name);
      }
    }
    if (profile != nullptr) {
      for (const std::string_view own : {kCommand, kInherits, kDescription}) known.push_back(own);
    } else if (key == kCommand) {
      return refuse(key.source().begin, "a command is a profile's; write it below [profile.NAME]");
    }
    const std::string_view near = model::nearest(key.str(), known);
    refuse(key.source().begin, near.empty()
                                   ? fmt::format("no such setting: '{}'; oversee --help lists them", key.str())
                                   : fmt::format("no such setting: '{}'; did you mean '{}'?", key.str(), near));
  }

  // Whether the key is one that only profiles have.
  bool read_profile_key(const toml::key& key, const toml::node& node, Profile& profile) {
    if (key == kCommand) {
      read_command(node, profile);
    } else if (key == kInherits || key == kDescription) {
      const auto* text = node.as_string();
      if (text == nullptr || text->get().empty()) {
        refuse(node.source().begin, fmt::format("'{}': expected {} in quotes", key.str(),
                                                key == kInherits ? "a profile's name" : "a line for people"));
      } else if (key == kInherits) {
        profile.inherits = given(text->get(), node.source());
      } else {
        profile.description = text->get();
      }
    } else {
      return false;
    }
    return true;
  }

  void read_command(const toml::node& node, Profile& profile) {
    const toml::array* words = node.as_array();
    const bool texts = words != nullptr && !words->empty() &&
                       std::ranges::all_of(*words, [](const toml::node& each) { return each.is_string(); });
    if (!texts || words->front().as_string()->get().empty()) {
      return refuse(
          node.source().begin,
          R"('command': expected a list of words, as in ["make", "test"]; a shell line is shell-line = "...")");
    }
    for (const toml::node& each : *words) profile.settings.add(kCommand, given(each.as_string()->get(), each.source()));
  }

  void read_value(const Setting& setting, const toml::node& node, Layer& layer) {
    const auto refuse_type = [&](const toml::node& at) {
      refuse(at.source().begin, fmt::format("'{}': expected {}", setting.name, types_of(setting)));
    };
    if (const toml::array* list = node.as_array(); list != nullptr) {
      if (setting.kind == Kind::codes) return read_codes(setting, *list, layer);
      if (!setting.repeatable) return refuse_type(node);
      if (list->empty()) layer.add_none(setting.name);
      for (const toml::node& each : *list) {
        const auto text = scalar_text(setting, each);
        if (!text) return refuse_type(each);
        layer.add(setting.name, given(from_here(setting, *text), each.source()));
      }
    } else if (const toml::table* assignments = node.as_table(); assignments != nullptr) {
      if (setting.kind != Kind::assignment) return refuse_type(node);
      for (const auto& [key, value] : *assignments) {
        const auto* text = value.as_string();
        if (text == nullptr) return refuse_type(value);
        layer.add(setting.name, given(fmt::format("{}={}", key.str(), text->get()), key.source()));
      }
    } else if (const auto text = scalar_text(setting, node); text) {
      layer.add(setting.name, given(from_here(setting, *text), node.source()));
    } else {
      refuse_type(node);
    }
  }

  // Relative paths in a file start at the file's directory, so that they do not depend on the working directory.
  std::string from_here(const Setting& setting, const std::string& text) const {
    const bool names_file = setting.kind == Kind::path || setting.kind == Kind::directory ||
                            (setting.kind == Kind::program && text.find('/') != std::string::npos);
    if (!names_file || directory_.empty() || text.empty() || text.front() == '/' || text == "-") return text;
    const std::string choices = fmt::format("|{}|", setting.suggestions);
    if (choices.find(fmt::format("|{}|", text)) != std::string::npos) return text;
    constexpr std::string_view kSocket = "unix:";
    if (text.starts_with("fd:") || text.starts_with("unix:/")) return text;
    if (text.starts_with(kSocket)) return fmt::format("unix:{}/{}", directory_, text.substr(kSocket.size()));
    return fmt::format("{}/{}", directory_, text);
  }

  void read_codes(const Setting& setting, const toml::array& list, Layer& layer) {
    std::string joined;
    for (const toml::node& each : list) {
      const auto text = scalar_text(setting, each);
      if (!text) {
        return refuse(each.source().begin, fmt::format("'{}': expected {}", setting.name, types_of(setting)));
      }
      if (!joined.empty()) joined += ',';
      joined += *text;
    }
    if (list.empty()) return layer.add_none(setting.name);
    layer.add(setting.name, given(std::move(joined), list.source()));
  }

  SettingsFile& file_;
  std::shared_ptr<const SourceText> source_;
  std::string directory_;  // the directory of the file; empty: the working directory
  std::string profile_;    // the profile of the current section
  std::vector<std::pair<std::pair<std::size_t, std::size_t>, SettingError>> errors_;
};

bool breaks_an_assertion(std::string_view text) {
  try {
    (void)toml::parse(text);
  } catch (const toml::parse_error&) {
    return false;
  } catch (const TomlAssertion&) {
    return true;
  }
  return false;
}

// A failed toml++ assertion has no position: finds the first line up to which the text triggers it.
toml::source_index first_line_that_fails(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    ends.push_back(end);
  }
  const auto good = [&](std::size_t end) { return !breaks_an_assertion(text.substr(0, end + 1)); };
  return static_cast<toml::source_index>(std::ranges::partition_point(ends, good) - ends.begin() + 1);
}

// toml++ limits how deep values nest, but not how many parts a key has: too many would exhaust the stack. Returns 0 if
// no line has that many dots.
toml::source_index line_of_endless_key(std::string_view text) {
  constexpr int kMostDots = 1000;
  toml::source_index line = 1;
  int dots = 0;
  for (const char c : text) {
    if (c == '.' && ++dots > kMostDots) return line;
    if (c != '\n') continue;
    dots = 0;
    ++line;
  }
  return 0;
}

}  // namespace

void toml_assertion_failed(const char* expression) { throw TomlAssertion(expression); }

SettingsFile read_settings_file(std::string path, std::string_view text, FileOf whose) {
  SettingsFile file;
  file.path = std::move(path);
  file.whose = whose;
  const auto source = std::make_shared<const SourceText>(file.path, std::string(text));
  FileReader reader(file, source);
  try {
    if (const toml::source_index line = line_of_endless_key(text); line != 0) {
      reader.refuse({line, 1}, "more than 1000 dots in a line");
    } else {
      reader.read(toml::parse(text));
    }
  } catch (const toml::parse_error& error) {
    reader.refuse(error.source().begin, error.description());
  } catch (const TomlAssertion&) {
    reader.refuse({first_line_that_fails(text), 1}, "this is not TOML");
  }
  reader.finish();
  return file;
}

}  // namespace oversee::settings
