// Scans records without parsing them.
#include "history/record_glance.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <string>

namespace oversee::history {
namespace {

// "lost" and "unknown" are derived, not recorded: a record of such a run has the status of a live one.
bool may_have(std::string_view told, std::string_view wanted) {
  const bool lives = told == "running" || told == "pending";
  return told == wanted || (lives && (wanted == "lost" || wanted == "unknown"));
}

bool may_have_status(std::string_view record, const RunChoice& choice) {
  const auto status = glance_at(record, "status");
  const auto flaky = glance_at(record, "flaky");
  return !status || std::ranges::any_of(choice.statuses, [&](const std::string& wanted) {
    return wanted == "flaky" ? flaky == "true" : may_have(*status, wanted);
  });
}

// Whether the text needs no escapes in JSON.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

// The match may be another member; parsing the record decides.
bool may_have_label(std::string_view record, std::string_view label) {
  if (!is_plain(label)) return true;
  const std::size_t equals = label.find('=');
  if (equals == std::string_view::npos) return record.contains(fmt::format("\"{}\": ", label));
  return record.contains(fmt::format("\"{}\": \"{}\"", label.substr(0, equals), label.substr(equals + 1)));
}

}  // namespace

std::optional<std::string_view> glance_at(std::string_view record, std::string_view key) {
  constexpr std::string_view kBefore = "\n  \"";
  constexpr std::string_view kBehind = "\": ";
  // JSON strings contain no newline, so a match at the start of a line is a member.
  for (std::size_t at = record.find(kBefore); at != std::string_view::npos; at = record.find(kBefore, at + 1)) {
    std::string_view rest = record.substr(at + kBefore.size());
    if (!rest.starts_with(key) || !rest.substr(key.size()).starts_with(kBehind)) continue;
    rest.remove_prefix(key.size() + kBehind.size());
    std::string_view value = rest.substr(0, rest.find('\n'));
    if (value.ends_with(',')) value.remove_suffix(1);
    if (value.contains('\\')) return {};
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

bool is_named(std::string_view name, const RunChoice& choice) {
  if (name == choice.name) return true;
  return !choice.exact_name && ::fnmatch(choice.name.c_str(), std::string(name).c_str(), 0) == 0;
}

bool may_fit(std::string_view record, const RunChoice& choice) {
  if (record.empty()) return true;
  if (!choice.name.empty()) {
    const auto name = glance_at(record, "name");
    if (name && !is_named(*name, choice)) return false;
  }
  const auto& labels = choice.labels;
  if (!std::ranges::all_of(labels, [&](const std::string& label) { return may_have_label(record, label); }))
    return false;
  return choice.statuses.empty() || may_have_status(record, choice);
}

}  // namespace oversee::history
