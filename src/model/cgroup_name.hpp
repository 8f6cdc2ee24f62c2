// The names of the cgroups that a run creates; a later run recognizes leftovers of an earlier one by them.
#pragma once

#include <string>
#include <string_view>

namespace oversee::model {

// The name of the cgroup that holds an attempt's command: "oversee-20261123-121659-k3f9-1".
std::string cgroup_name(std::string_view run_id, int attempt);

// The suffix of the sibling cgroup that oversee itself moves to where controllers require empty inner groups.
inline constexpr std::string_view kOwnCgroupSuffix = "-own";

// Whether the name has one of these two forms.
bool is_cgroup_name(std::string_view name);

}  // namespace oversee::model
