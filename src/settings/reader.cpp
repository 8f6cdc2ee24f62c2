// Words the errors of settings.
#include "settings/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/nearest_word.hpp"

namespace oversee::settings {
namespace {

constexpr std::array<std::string_view, 4> kYes{"true", "1", "yes", "on"};
constexpr std::array<std::string_view, 4> kNo{"false", "0", "no", "off"};

std::optional<bool> truth_of(std::string_view text) {
  for (const std::string_view yes : kYes) {
    if (text == yes) return true;
  }
  for (const std::string_view no : kNo) {
    if (text == no) return false;
  }
  return {};
}

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> words;
  while (!choices.empty()) {
    const std::size_t end = choices.find('|');
    words.push_back(choices.substr(0, end));
    choices.remove_prefix(end == std::string_view::npos ? choices.size() : end + 1);
  }
  return words;
}

}  // namespace

bool is_true(std::string_view text) { return truth_of(text).value_or(false); }

std::optional<std::string> Reader::text(std::string_view name) {
  const Given* given = layer_.last(name);
  if (given == nullptr) return {};
  if (given->text.empty()) refuse(*given, "a value that is not empty");
  return given->text;
}

std::optional<std::string> Reader::plain_text(std::string_view name) const {
  const Given* given = layer_.last(name);
  return given == nullptr ? std::nullopt : std::optional(given->text);
}

std::vector<std::string> Reader::list(std::string_view name) {
  std::vector<std::string> values;
  for (const Given& given : layer_.all(name)) {
    if (given.text.empty() || given.text.front() == '=') refuse(given, "a name, as in NAME or NAME=VALUE");
    values.push_back(given.text);
  }
  return values;
}

bool Reader::flag(std::string_view name) {
  const Given* given = layer_.last(name);
  if (given == nullptr) return false;
  const std::optional<bool> truth = truth_of(given->text);
  if (!truth) refuse(*given, "true or false");
  return truth.value_or(false);
}

Given Reader::given_or_built_in(std::string_view name) const {
  const Given* written = layer_.last(name);
  return written != nullptr ? *written : Given{std::string(find(name)->built_in), "built-in", Origin::built_in};
}

bool Reader::claims(std::string_view name) const {
  const Given* given = layer_.last(name);
  return given != nullptr && (find(name)->kind != Kind::flag || is_true(given->text));
}

void Reader::refuse(const Given& given, std::string_view allowed, std::string_view choices) {
  std::string message = fmt::format("{}: cannot read '{}'; expected {}", given.where, given.text, allowed);
  if (const std::string_view near = model::nearest(given.text, split_choices(choices)); !near.empty()) {
    message += fmt::format("; did you mean '{}'?", near);
  }
  errors_.push_back({std::move(message), given.excerpt()});
}

void Reader::refuse_value(const Given& given, std::string_view problem) {
  errors_.push_back({fmt::format("{}: {}", given.where, problem), given.excerpt()});
}

// "-" means stdout, for files that are written while the command does not use stdout. Any other value with a leading
// dash was probably meant as an option.
void Reader::refuse_dashes(bool stdout_is_ours) {
  constexpr std::array<std::string_view, 7> kWritten{"log",    "json",        "junit",      "markdown",
                                                     "events", "stdout-file", "stderr-file"};
  std::string_view taken;
  for (const Setting& setting : table()) {
    if (setting.kind != Kind::path && setting.kind != Kind::directory && setting.kind != Kind::program) continue;
    for (const Given& given : layer_.all(setting.name)) {
      if (!given.text.starts_with('-')) continue;
      const bool written = std::ranges::find(kWritten, setting.name) != kWritten.end();
      if (given.text != "-" || !written) {
        refuse_value(given,
                     fmt::format("'{0}' is no file's name but an option's; write ./{0} for such a file", given.text));
      } else if (!stdout_is_ours) {
        refuse_value(given,
                     "'-' is not a file but stdout, which is the command's alone; give --show never as "
                     "well, or a file");
      } else if (!taken.empty() && taken != setting.name) {
        refuse_value(given, fmt::format("'-' is stdout, which --{} has already", taken));
      }
      if (taken.empty() && given.text == "-" && written) taken = setting.name;
    }
  }
}

void Reader::refuse_rivals() {
  for (const Setting& setting : table()) {
    for (const std::string_view rival : rivals(setting.name)) {
      const Setting* other = find(rival);
      if (other <= &setting || !claims(setting.name) || !claims(rival)) continue;  // each pair once
      errors_.push_back(
          {fmt::format("{} and {} exclude each other; give one of them", where_named(setting.name), where_named(rival)),
           layer_.last(rival)->excerpt()});
    }
  }
}

void Reader::refuse_same_file(std::initializer_list<std::string_view> names) {
  for (const auto* one = names.begin(); one != names.end(); ++one) {
    for (const auto* other = one + 1; other != names.end(); ++other) {
      if (!given(*one) || !given(*other) || layer_.last(*one)->text != layer_.last(*other)->text) continue;
      errors_.push_back(
          {fmt::format("{} and {} name the same file; one would be lost", where_named(*one), where_named(*other)),
           layer_.last(*other)->excerpt()});
    }
  }
}

void Reader::fail_at(std::string_view name, std::string_view problem) {
  errors_.push_back({fmt::format("{}: {}", where(name), problem), layer_.last(name)->excerpt()});
}

// A place in a file does not name the setting, so the name is added.
std::string Reader::where_named(std::string_view name) const {
  const Given* given = layer_.last(name);
  return given->origin == Origin::file ? fmt::format("'{}' ({})", name, given->where) : given->where;
}

}  // namespace oversee::settings
