// Parses the command line according to the table of settings.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/option_parser.hpp"
#include "model/nearest_word.hpp"
#include "settings/table.hpp"

namespace oversee::cli {
namespace {

settings::SettingError unknown_flag(const std::string& word) {
  std::vector<std::string_view> known{"help", "version"};
  for (const settings::Setting& setting : settings::table()) known.push_back(setting.name);
  const std::string name = word.substr(0, word.find('='));
  std::string message = fmt::format("no such flag: {}", name);
  if (name.starts_with("--")) {
    if (const auto near = model::nearest(std::string_view(name).substr(2), known); !near.empty()) {
      message += fmt::format("; did you mean --{}?", near);
      return {message};
    }
  }
  return {message + "; see oversee --help (a command's own flags come after its name)"};
}

const settings::Setting* find_letter(char letter) {
  for (const settings::Setting& setting : settings::table()) {
    if (setting.letter != 0 && setting.letter == letter) return &setting;
  }
  return nullptr;
}

// How one option argument affects the following argument.
struct OptionWord {
  const settings::Setting* takes_next = nullptr;  // the next argument is its value
  std::optional<settings::SettingError> error;
};

OptionWord look_at_long(std::string_view word) {
  const std::size_t equals = word.find('=');
  const settings::Setting* setting =
      settings::find(word.substr(2, equals == std::string_view::npos ? equals : equals - 2));
  if (setting == nullptr) return {};
  const bool flag = setting->kind == settings::Kind::flag;
  if (equals == std::string_view::npos) return {flag ? nullptr : setting, {}};
  if (flag) {
    return {nullptr, settings::SettingError{
                         fmt::format("--{} takes no value; leave out '{}'", setting->name, word.substr(equals))}};
  }
  if (equals + 1 == word.size()) {
    return {nullptr, settings::SettingError{fmt::format("--{}: its value is empty; expected --{}={}", setting->name,
                                                        setting->name, setting->metavar)}};
  }
  return {};
}

OptionWord look_at_short(std::string_view word) {
  for (std::size_t i = 1; i < word.size(); ++i) {
    const settings::Setting* setting = find_letter(word[i]);
    if (setting == nullptr) return {};
    if (setting->kind != settings::Kind::flag) return {i + 1 == word.size() ? setting : nullptr, {}};
  }
  return {};
}

using SettingsNamed = std::vector<const settings::Setting*>;

void note_settings(std::string_view word, SettingsNamed& named) {
  const auto note = [&](const settings::Setting* setting) {
    if (setting != nullptr && std::ranges::find(named, setting) == named.end()) named.push_back(setting);
  };
  if (word.starts_with("--")) {
    note(settings::find(word.substr(2, word.find('=') == std::string_view::npos ? word.npos : word.find('=') - 2)));
  } else {
    for (const char letter : word.substr(1)) note(find_letter(letter));
  }
}

// Rejects arguments that CLI11 would misread: it takes the argument after "--log=" as its value, and "--no-log=false"
// as --no-log. Returns the settings that the arguments may name. CLI11 compares each registered option with all others,
// and a call rarely names more than three.
std::expected<SettingsNamed, settings::SettingError> check_values(std::span<char*> words) {
  SettingsNamed named;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--" || word.size() < 2 || !word.starts_with('-')) break;
    const OptionWord option = word.starts_with("--") ? look_at_long(word) : look_at_short(word);
    if (option.error) return std::unexpected(*option.error);
    note_settings(word, named);
    if (option.takes_next == nullptr) continue;
    if (++i == words.size()) {
      return std::unexpected(settings::SettingError{fmt::format("--{} needs a value: --{} {}", option.takes_next->name,
                                                                option.takes_next->name, option.takes_next->metavar)});
    }
    std::string refusal = refuse_next_word(option.takes_next->name, option.takes_next->metavar, words[i]);
    if (!refusal.empty()) return std::unexpected(settings::SettingError{std::move(refusal)});
  }
  return named;
}

// CLI11 stops at the first argument that is not a known flag and returns the rest unchanged, including "--" and unknown
// flags.
std::expected<std::vector<std::string>, settings::SettingError> command_words(std::vector<std::string> rest) {
  if (rest.empty()) return rest;
  if (rest.front() == "--") {
    rest.erase(rest.begin());
  } else if (rest.front().size() > 1 && rest.front().starts_with('-')) {
    return std::unexpected(unknown_flag(rest.front()));
  }
  return rest;
}

}  // namespace

std::expected<Arguments, settings::SettingError> parse_arguments(std::span<char*> argv) {
  const auto named = check_values(argv.subspan(1));
  if (!named) return std::unexpected(named.error());
  Arguments arguments;
  std::vector<Option> options{
      {"help", 'h', false, [&arguments](const std::string&) { arguments.help = true; }},
      {"version", 'V', false, [&arguments](const std::string&) { arguments.version = true; }},
  };
  for (const settings::Setting* setting : *named) {
    const bool takes_value = setting->kind != settings::Kind::flag;
    options.push_back(
        {setting->name, setting->letter, takes_value, [&arguments, setting, takes_value](const std::string& value) {
           arguments.flags.add(setting->name, {takes_value ? value : "true", fmt::format("--{}", setting->name)});
         }});
  }
  auto others = read_options(options, Order::options_first, {argv.begin() + 1, argv.end()});
  if (!others) return std::unexpected(settings::SettingError{others.error()});
  auto words = command_words(std::move(others->rest));
  if (!words) return std::unexpected(words.error());
  arguments.words = std::move(*words);
  return arguments;
}

}  // namespace oversee::cli
