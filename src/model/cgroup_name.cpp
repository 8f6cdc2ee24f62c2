// Makes and recognizes the names of cgroups.
#include "model/cgroup_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/ascii.hpp"

namespace oversee::model {
namespace {

constexpr std::string_view kPrefix = "oversee-";

}  // namespace

std::string cgroup_name(std::string_view run_id, int attempt) {
  return fmt::format("{}{}-{}", kPrefix, run_id, attempt);
}

// Matches the format of a run id: date, time, four base-32 characters; then the attempt's number.
bool is_cgroup_name(std::string_view name) {
  constexpr std::string_view kId = "00000000-000000-aaaa-";
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  if (name.ends_with(kOwnCgroupSuffix)) name.remove_suffix(kOwnCgroupSuffix.size());
  const auto fits = [](char pattern, char c) {
    if (pattern == '0') return is_digit(c);
    return pattern == 'a' ? (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7') : c == pattern;
  };
  if (name.size() <= kId.size() || !std::equal(kId.begin(), kId.end(), name.begin(), fits)) return false;
  return std::ranges::all_of(name.substr(kId.size()), is_digit);
}

}  // namespace oversee::model
