// Finds secrets by the names in front of them.
#include "model/secrets.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace oversee::model {
namespace {

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_variable(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// "--db-password", "-token": matches whole parts between dashes and underscores, so not --keep or --keyboard.
bool is_secret_option(std::string_view option) {
  if (!option.starts_with('-')) return false;
  constexpr std::array<std::string_view, 7> kParts{"password", "passwd", "passphrase", "token",
                                                   "secret",   "key",    "apikey"};
  const std::string name = in_small_letters(option);
  for (std::size_t at = name.find_first_not_of('-'); at < name.size();) {
    const std::size_t end = std::min(name.find_first_of("-_", at), name.size());
    if (std::ranges::find(kParts, std::string_view(name).substr(at, end - at)) != kParts.end()) return true;
    at = end + 1;
  }
  return false;
}

// The offset of the secret in an argument of the form NAME=V or --option=V.
std::optional<std::size_t> secret_in(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals + 1 == word.size()) return {};
  const std::string_view name = word.substr(0, equals);
  const bool secret = is_secret_option(name) || (is_variable(name) && names_secret(name));
  return secret ? std::optional(equals + 1) : std::nullopt;
}

constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kEnds = " \t\n;&|()<>`";

// The end of the shell word that starts at `at`.
std::size_t end_of_word(std::string_view line, std::size_t at) {
  char quote = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++at;
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '\\') {
      ++at;
    } else if (kEnds.find(c) != std::string_view::npos) {
      break;
    }
  }
  return std::min(at, line.size());
}

}  // namespace

bool names_secret(std::string_view variable) {
  const std::string name = in_small_letters(variable);
  constexpr std::array<std::string_view, 5> kParts{"token", "secret", "password", "passwd", "key"};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return name.contains(part); });
}

std::string masked_assignment(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals + 1 == assignment.size() ||
      !names_secret(assignment.substr(0, equals))) {
    return std::string(assignment);
  }
  return std::string(assignment.substr(0, equals + 1)).append(kMasked);
}

std::string masked_line(std::string_view line) {
  std::string masked;
  bool value_follows = false;  // the previous word is an option with a secret value
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = end_of_word(line, at);
    const std::string_view word = line.substr(at, end - at);
    if (word.empty()) {
      if (kBlanks.find(line[at]) == std::string_view::npos) value_follows = false;
      masked += line[at++];
      continue;
    }
    if (value_follows && !word.starts_with('-')) {
      masked += kMasked;
    } else if (const auto secret = secret_in(word)) {
      masked.append(word.substr(0, *secret)).append(kMasked);
    } else {
      masked += word;
    }
    value_follows = is_secret_option(word) && !word.contains('=');
    at = end;
  }
  return masked;
}

std::vector<std::string> masked_words(std::span<const std::string> words) {
  std::vector<std::string> masked;
  bool value_follows = false;
  bool line_follows = false;  // the previous word is a shell's -c
  for (const std::string& word : words) {
    const bool is_option =
        is_secret_option(word) && !word.contains('=') && word.find_first_of(kBlanks) == std::string::npos;
    if (value_follows && !word.starts_with('-')) {
      masked.emplace_back(kMasked);
    } else if (const auto secret = line_follows ? std::nullopt : secret_in(word)) {
      masked.push_back(word.substr(0, *secret).append(kMasked));
    } else {
      masked.push_back(word.find_first_of(kBlanks) == std::string::npos ? word : masked_line(word));
    }
    value_follows = is_option;
    line_follows = word.size() >= 2 && word.front() == '-' && word[1] != '-' && word.back() == 'c';
  }
  return masked;
}

}  // namespace oversee::model
